"""Examples in the OpenAPI document: one for every model, with times that hold on the day of the document.

A model shows the example that it declares. For the others an example is put together from those of the fields, their
defaults and their formats. Times in examples are written around `MOMENT`; the document shows them around its own day.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

MOMENT = datetime(2011, 3, 2, tzinfo=UTC)
"""The start of the day that stands for today in the examples of the code."""
SCHEMAS = "#/components/schemas/"
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_BY_FORMAT = {
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "date-time": "2011-03-01T09:00:00Z",
    "date": "2011-03-01",
    "time": "09:00:00",
    "email": "lucia@example.com",
}
_TEXTS = ("example", "1.00", "EUR", "CO", "es", "09:00", "shop:17850", *_BY_FORMAT.values())
"""Values tried for a text with a pattern and without an example."""


class NoExampleError(Exception):
    """A schema for which no example can be put together: its field needs one."""


def add_examples(document: dict[str, Any]) -> None:
    """Update the schemas, bodies and successful answers of an OpenAPI document so that each has a whole example."""
    schemas = document["components"]["schemas"]
    _use_examples_of_bodies(document)
    examples = _Examples(schemas)
    shown = {name: examples.of_model(name) for name in schemas}
    for name, schema in schemas.items():
        schema["examples"] = shown[name]
    for content in _contents(document):
        schema = content.get("schema")
        if schema and "$ref" not in schema and not ({"example", "examples"} & (content.keys() | schema.keys())):
            schema["examples"] = [examples.of_schema(schema)]


def with_times_of(document: Any, today: date) -> Any:
    """Return a copy of an OpenAPI document in which the times of all examples lie around `today`."""
    shift = datetime.combine(today, time(), UTC) - MOMENT

    def moved(value: Any) -> Any:
        match value:
            case dict():
                return {key: moved(item) for key, item in value.items()}
            case list():
                return [moved(item) for item in value]
            case str() if _INSTANT.fullmatch(value):
                return (datetime.fromisoformat(value) + shift).isoformat().replace("+00:00", "Z")
        return value

    def copied(value: Any) -> Any:
        match value:
            case dict():
                return {key: (moved if key in ("example", "examples") else copied)(item) for key, item in value.items()}
            case list():
                return [copied(item) for item in value]
        return value

    return copied(document)


def _use_examples_of_bodies(document: Mapping[str, Any]) -> None:
    """Give a model the examples that a route declares for it, so that each model is shown by the same ones."""
    for content in _contents(document):
        schema = content.get("schema", {})
        declared = schema.get("examples") or [example["value"] for example in content.get("examples", {}).values()]
        if "$ref" in schema and declared:
            document["components"]["schemas"][schema["$ref"].removeprefix(SCHEMAS)].setdefault("examples", declared)


def _contents(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        for operation in item.values():
            yield from operation.get("requestBody", {}).get("content", {}).values()
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    yield from response.get("content", {}).values()


class _Examples:
    """Examples of the schemas of one document."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._models: dict[str, list[Any]] = {}
        self._under_way: list[str] = []

    def of_model(self, name: str) -> list[Any]:
        """Return the examples of a model; those that it declares are completed by the fields that answers need."""
        if name not in self._models:
            schema = self._schemas[name]
            self._under_way.append(name)
            declared = schema.get("examples")
            self._models[name] = (
                [self._completed(schema, example) for example in declared] if declared else [self._derived(schema)]
            )
            self._under_way.pop()
        return self._models[name]

    def of_schema(self, schema: Mapping[str, Any]) -> Any:
        """Return an example of a schema: its own, its default, or one of its type."""
        if "examples" in schema:
            return schema["examples"][0]
        if "$ref" in schema:
            return self.of_model(schema["$ref"].removeprefix(SCHEMAS))[0]
        if schema.get("default") not in (None, [], {}):
            return schema["default"]
        return self._derived(schema)

    def _completed(self, schema: Mapping[str, Any], example: Any) -> Any:
        if not isinstance(example, dict):
            return example
        missing = [name for name in schema.get("required", ()) if name not in example]
        return {**example, **{name: self.of_schema(schema["properties"][name]) for name in missing}}

    def _derived(self, schema: Mapping[str, Any]) -> Any:
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                return self._of_choice(schema[key])
        derive: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "object": self._of_object,
            "array": self._of_array,
            "string": _text,
            "integer": _number,
            "number": _number,
            "null": lambda _: None,
            "boolean": lambda field: bool(field.get("default", True)),
        }
        return derive[schema["type"]](schema) if "type" in schema else None

    def _of_choice(self, choices: list[dict[str, Any]]) -> Any:
        possible = [choice for choice in choices if choice.get("type") != "null" and not self._recurs(choice)]
        return self.of_schema(possible[0]) if possible else None

    def _of_object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = schema.get("required", ())
        if schema.get("minProperties"):
            return {self.of_schema(schema["propertyNames"]): self.of_schema(schema["additionalProperties"])}
        return {
            name: self.of_schema(field)
            for name, field in properties.items()
            if name in required or not self._recurs(field)
        }

    def _of_array(self, schema: Mapping[str, Any]) -> list[Any]:
        if "prefixItems" in schema:
            return [self.of_schema(item) for item in schema["prefixItems"]]
        items = schema.get("items", {})
        return [] if self._recurs(items) else [self.of_schema(items)] * max(schema.get("minItems", 1), 1)

    def _recurs(self, schema: Mapping[str, Any]) -> bool:
        name = schema.get("$ref", "").removeprefix(SCHEMAS)
        return name in self._under_way


def _text(schema: Mapping[str, Any]) -> str:
    known = _BY_FORMAT.get(schema.get("format", ""))
    pattern = schema.get("pattern")
    if known and not pattern:
        return known
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(max(_TEXTS, key=len)))
    for text in _TEXTS:
        if least <= len(text) <= most and (pattern is None or re.search(pattern, text)):
            return text
    raise NoExampleError(f"give the field an example: {dict(schema)}")


def _number(schema: Mapping[str, Any]) -> int | float:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    whole = schema["type"] == "integer"
    wanted = max(least, 1) if whole or "maximum" not in schema else least
    number = min(wanted, schema.get("maximum", wanted))
    return int(number) if whole else float(number)
