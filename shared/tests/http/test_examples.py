"""Examples of the OpenAPI document."""

from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, Field

from lealtad.http.examples import SCHEMAS, NoExampleError, add_examples
from lealtad.money import Money


class Part(BaseModel):
    """A model that holds models of its kind."""

    name: str = Field(pattern="^[a-z]{3}-[0-9]$", examples=["abc-1"])
    parts: list["Part"]
    parent: "Part | None" = None
    amount: Money | None
    weights: dict[str, float] = Field(min_length=0)
    share: float = Field(gt=0, le=0.5)


class Plate(BaseModel):
    """A model with a field that needs an example."""

    plate: str = Field(pattern="^Q[0-9]{7}$")


def document_of(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=f"{SCHEMAS}{{model}}")
    schemas = schema.pop("$defs", {})
    schemas.setdefault(model.__name__, schema)
    return {"components": {"schemas": schemas}, "paths": {}}


def test_a_model_that_holds_itself_has_an_example_that_ends():
    document = document_of(Part)

    add_examples(document)

    (example,) = document["components"]["schemas"]["Part"]["examples"]
    assert (example["name"], example["parts"]) == ("abc-1", [])
    jsonschema.validate(example, {"$ref": f"{SCHEMAS}Part", **document})


def test_a_declared_example_is_completed_by_the_fields_that_answers_need():
    document = document_of(Money)
    document["components"]["schemas"]["Money"]["examples"] = [{"amount": "7.00"}]

    add_examples(document)

    assert document["components"]["schemas"]["Money"]["examples"] == [{"amount": "7.00", "currency": "EUR"}]


def test_a_pattern_that_nothing_fits_asks_for_an_example():
    with pytest.raises(NoExampleError, match="Q"):
        add_examples(document_of(Plate))
