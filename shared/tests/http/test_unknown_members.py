"""An unknown member of a request, at any depth, is refused with the nearest name that the request knows there."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from lealtad.http import RequestBody
from lealtad.http.validation_errors import failures_of


class Line(RequestBody):
    quantity: int = 1
    unit_price: int = 1


class Purchase(RequestBody):
    type: Literal["purchase"]
    lines: list[Line] = Field(default_factory=list)
    prices: dict[str, Line] = Field(default_factory=dict)
    total: Line | None = None


class Payment(RequestBody):
    type: Literal["payment"]
    method: str = "card"


class Batch(RequestBody):
    facts: list[Annotated[Purchase | Payment, Field(discriminator="type")]] = Field(default_factory=list)
    return_: Line | None = Field(default=None, alias="return")


@pytest.mark.parametrize(
    ("body", "pointer", "hint"),
    [
        ({"fact": []}, "/fact", "did you mean facts?"),
        ({"zzz": 1}, "/zzz", "known here: facts, return"),
        ({"facts": [{"type": "payment", "metod": 1}]}, "/facts/0/metod", "did you mean method?"),
        (
            {"facts": [{"type": "purchase", "lines": [{"quantity": 1}, {"quantty": 1}]}]},
            "/facts/0/lines/1/quantty",
            "did you mean quantity?",
        ),
        ({"facts": [{"type": "purchase", "total": {"price": 1}}]}, "/facts/0/total/price", "did you mean unit_price?"),
        ({"facts": [{"type": "purchase", "prices": {"A": {"cost": 1}}}]}, "/facts/0/prices/A/cost", "known here:"),
        ({"return": {"quantities": 1}}, "/return/quantities", "did you mean quantity?"),
        ({"x" * 300: 1}, "/" + "x" * 299, "known here:"),
    ],
)
def test_an_unknown_member_is_refused_with_the_nearest_known_name(body, pointer, hint):
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(Batch).validate_python(body)

    (field,) = failures_of(raised.value, body, root=Batch).fields

    assert (field.pointer.rstrip("…"), field.message) == (pointer, "is not known here")
    assert (field.hint or "").startswith(hint)


def test_without_the_type_of_the_request_the_member_is_to_be_left_out():
    with pytest.raises(ValidationError) as raised:
        Batch.model_validate({"fact": []})
    assert failures_of(raised.value).fields[0].hint == "leave it out"
