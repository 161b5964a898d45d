"""No personal data on any topic: every attribute of every event stands in a named list."""

import inspect
import types
import typing
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from lealtad.events import catalog as _catalog  # noqa: F401 - registers every type
from lealtad.events.model import CATALOG

from .shareable import OPEN_TEXTS, SHAREABLE

FORBIDDEN = {
    "address",
    "birth_date",
    "comment",
    "contact_point",
    "description",
    "document",
    "email",
    "family_name",
    "full_name",
    "given_name",
    "message",
    "note",
    "phone",
    "postcode",
    "street",
}
CONFINED = ("enum", "const", "format", "pattern")
PLACES = {"$defs", "properties", "items", "additionalProperties", "anyOf"}


def parts_of(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Return `model`, the models within it, and those it inherits attributes from."""
    found: set[type[BaseModel]] = set()
    waiting = [model]
    while waiting:
        part = waiting.pop()
        if part not in found:
            found.add(part)
            waiting += [base for base in part.__mro__ if issubclass(base, BaseModel) and base is not BaseModel]
            waiting += [inner for field in part.model_fields.values() for inner in models_in(field.annotation)]
    return found


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation mentions."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for inner in typing.get_args(annotation):
        yield from models_in(inner)


def declared_in(part: type[BaseModel]) -> set[str]:
    """Return the attributes that `part` itself declares."""
    return part.model_fields.keys() & inspect.get_annotations(part).keys()


PARTS = {part.__name__: part for model in CATALOG.values() for part in parts_of(model)}
DECLARED = {name: sorted(declared_in(part)) for name, part in PARTS.items() if declared_in(part)}


def open_texts(part: type[BaseModel]) -> Iterator[str]:
    """Yield the attributes of `part` that may hold any text."""
    properties = part.model_json_schema(mode="validation")["properties"]
    for name in declared_in(part):
        if any(is_open(schema) for schema in alternatives(properties[name])):
            yield f"{part.__name__}.{name}"


def alternatives(schema: dict[str, typing.Any]) -> list[dict[str, typing.Any]]:
    choices = schema.get("anyOf", [schema])
    return [choice.get("items", choice) for choice in choices]


def is_open(schema: dict[str, typing.Any]) -> bool:
    return schema.get("type") == "string" and not any(key in schema for key in CONFINED)


def test_the_named_list_is_exactly_what_events_carry():
    assert {name: sorted(listed.split()) for name, listed in SHAREABLE.items()} == DECLARED


def test_nothing_on_the_list_is_what_we_know_to_be_personal():
    assert not FORBIDDEN & {attribute for attributes in DECLARED.values() for attribute in attributes}


def test_every_text_is_confined_to_codes_or_says_why_it_is_harmless():
    found = {name for part in PARTS.values() for name in open_texts(part)}

    assert found == OPEN_TEXTS.keys()


def test_only_models_have_a_name_and_it_is_a_code():
    """A `name` would look harmless in a list; the one there is names a scoring model."""
    assert [part for part, attributes in DECLARED.items() if "name" in attributes] == ["ModelRef"]


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_an_event_drops_what_it_does_not_know(name):
    """A producer that passes a whole record on does not leak it."""
    assert CATALOG[name].model_config["extra"] == "ignore"
