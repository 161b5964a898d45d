"""Every list, object and text that a caller may send has a bound, so that no request is long to read."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from lealtad.app import Service

from .services import SERVICES, document_of

BOUNDS = {"array": "maxItems", "string": "maxLength", "object": "maxProperties"}
FORMATS = {"uuid", "date", "date-time", "time"}
"""Texts of these formats are of a length that the format has."""


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_everything_that_may_be_sent_has_a_bound(service: Service):
    document = document_of(service)
    components = document["components"]["schemas"]

    found = [
        f"{method} {path}: {place}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        for where, schema in sent(operation)
        for place in unbounded(schema, components, where, frozenset())
    ]

    assert found == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_numbers_that_may_be_sent_have_a_bound_of_digits(service: Service):
    found = [
        f"{route.methods} {route.path}"
        for router in service.http.routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.body_field and route.body_field.field_info.annotation
        for decimal in decimals_in(TypeAdapter(route.body_field.field_info.annotation).core_schema)
        if decimal.get("max_digits") is None
    ]

    assert found == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_bounds_of_numbers_have_the_names_of_json_schema(service: Service):
    document = document_of(service)
    limits = [
        parameter["schema"]
        for item in document["paths"].values()
        for parameter in item.get("get", {}).get("parameters", ())
        if parameter["name"] == "limit"
    ]

    assert {(limit["minimum"], limit["maximum"]) for limit in limits} == {(1, 1000)}
    assert {"ge", "gt", "le", "lt", "max_digits", "decimal_places"}.isdisjoint(names_of(document))


def names_of(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (name for name, below in part.items() if not isinstance(below, dict))
    for below in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from names_of(below)


def decimals_in(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "decimal":
            yield schema
        for below in schema.values():
            yield from decimals_in(below)
    elif isinstance(schema, list | tuple):
        for below in schema:
            yield from decimals_in(below)


def sent(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for parameter in operation.get("parameters", ()):
        yield parameter["name"], parameter["schema"]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield "", content["schema"]


def unbounded(schema: Any, components: dict[str, Any], where: str, within: frozenset[str]) -> Iterator[str]:
    """Yield the places in `schema` that may be of any size."""
    if schema is True or schema == {}:
        yield f"{where} is anything"
        return
    if name := schema.get("$ref", "").rpartition("/")[2]:
        if name not in within:
            yield from unbounded(components[name], components, where, within | {name})
        return
    for part in parts_of(schema):
        yield from unbounded({**_bounds_of(schema), **part}, components, where, within)
    if not is_bounded(schema):
        yield f"{where} has no {BOUNDS[schema['type']]}"
    for name, below in schema.get("properties", {}).items():
        yield from unbounded(below, components, f"{where}/{name}", within)
    if "items" in schema:
        yield from unbounded(schema["items"], components, f"{where}/*", within)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from unbounded(schema["additionalProperties"], components, f"{where}/*", within)


def parts_of(schema: dict[str, Any]) -> Iterator[Any]:
    """Yield what a value may be; the text of a decimal number is left out, `test_numbers_…` looks at it."""
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    is_number = any(part.get("type") == "number" for part in parts)
    yield from (part for part in parts if not (is_number and part.get("type") == "string"))


def is_bounded(schema: dict[str, Any]) -> bool:
    kind = schema.get("type")
    if kind not in BOUNDS or "enum" in schema or "const" in schema or BOUNDS[kind] in schema:
        return True
    if kind == "string":
        return schema.get("format") in FORMATS or is_bounded_pattern(schema.get("pattern", ".*"))
    return kind == "object" and schema.get("additionalProperties") is False


def is_bounded_pattern(pattern: str) -> bool:
    """Whether what a pattern matches from begin to end has a longest."""
    # Zeros before and behind a number mean nothing, and what reads it passes over them.
    plain = re.sub(r"\\.|\[(\\.|[^\]])*\]", "x", pattern.replace("0*", ""))
    return plain.startswith("^") and "$" in plain and not re.search(r"[*+]|\{\d+,\}", plain)


def _bounds_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the bounds that hold for whatever a union turns out to be."""
    return {bound: schema[bound] for bound in BOUNDS.values() if bound in schema}
