"""Documents near a valid one, generated from the JSON Schema: mistakes of managers, and attacks.

The schema names the fields, so a new field needs no change of a test.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import inf, nan
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]
Values = st.SearchStrategy[Any]

MOST_CHANGES = 4
DEEPEST = 3
"""The deepest nesting of generated objects and lists."""
LONGEST = 30
"""The greatest length of generated lists, and of texts in lists."""

WORDS = (
    "UTC", "Europe/Madrid", "Pacific/Apia", "Africa/Monrovia", "America/St_Johns", "Factory", "localtime", "utc",
    "../UTC", "es.dni", "es.nie", "es.cups", "de.idnr", "co.nit", "bg.vat", "es.__doc__", "us.__name__", "in.__path__",
    "ES", "CO", "AA", "ZZ", "EUR", "JPY", "XXX", "high", "low", "none", "a", "0", "-", "x" * 63, "shop", "crm", "*",
    "00:00", "00:01", "09:00", "12:00", "23:59", "24:00", "09:00:00.000001", "09:00:00+02:00", "1" * 400,
    "", " ", "\x00", "\u200b", "\ufeff", "\u202e", "e\u0301", "\ufb01", "\U0001f600", "\u00b2", "\u0663", "x" * 5000,
)  # fmt: skip
INSTANTS = (
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-12:00",
    "1970-01-01T00:00:00Z", "2011-02-01T00:00:00+01:00", "2011-03-01T09:00:00Z", "2011-03-01T09:00:00",
    "2016-12-31T23:59:60Z", "2040-01-01T00:00:00Z",
)  # fmt: skip
DATES = ("0001-01-01", "9999-12-31", "2011-03-01", "2011-03-02", "2012-02-29", "2011-02-29")
TIMES = ("00:00", "00:01:00", "08:00:00", "18:00:00", "23:59:59.999999", "24:00", "09:00:00+02:00", "02:30")
NUMBERS_AS_TEXT = ("NaN", "Infinity", "-Infinity", "sNaN", "-0", "1E+40", "1E-40", "0E-999999", "0E+999999", "1" * 400)
NO_NUMBERS = (nan, inf, -inf, 1.5, True, "1")
HUGE = (10**10, 10**19, -(10**19), 10**300)
FORMATS = {"date-time": INSTANTS, "date": DATES, "time": TIMES}
ANYTHING: Values = st.sampled_from([None, True, -1, 0, 1.5, "x", "\x00", [], {}, [[]], {"x": None}])


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in the valid document, and the values to try there."""

    path: Path
    values: Values


def documents(model: type[BaseModel], valid: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return documents that differ from `valid` in one to four places; `model` accepts most of them."""
    maker = _Maker(model.model_json_schema(mode="validation"))
    places = list(maker.places(maker.whole, valid, ()))
    change = st.sampled_from(places).flatmap(lambda place: st.tuples(st.just(place.path), place.values))
    made = st.lists(change, min_size=1, max_size=MOST_CHANGES).map(lambda changes: _changed(valid, changes))
    accepted = made.filter(lambda document: _is_accepted(model, document))
    return st.one_of(made, accepted, accepted, accepted)


def _is_accepted(model: type[BaseModel], document: Mapping[str, Any]) -> bool:
    try:
        model.model_validate_json(json.dumps(document))
    except ValidationError:
        return False
    return True


def _changed(valid: Mapping[str, Any], changes: Sequence[tuple[Path, Any]]) -> dict[str, Any]:
    document = deepcopy(dict(valid))
    # The deepest first: a change inside a replaced object would have no place left.
    for path, value in sorted(changes, key=lambda change: -len(change[0])):
        holder: Any = document
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = deepcopy(value)
    return document


class _Maker:
    """A generator of values for one JSON Schema."""

    def __init__(self, whole: Schema) -> None:
        self.whole = whole

    def places(self, schema: Schema, value: Any, path: Path) -> Iterator[_Place]:
        """Yield the places in `value`, and those of the fields that `schema` allows and `value` lacks."""
        schema = self._alternative(schema, value)
        if path:
            yield _Place(path, self.values(schema, 0))
        if isinstance(value, Mapping):
            properties = schema.get("properties", {})
            for name in [*value, *(name for name in properties if name not in value)]:
                below = properties.get(name) or _schema_of_others(schema)
                if name in value:
                    yield from self.places(below, value[name], (*path, name))
                else:
                    yield _Place((*path, name), self.values(below, 0))
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield from self.places(schema.get("items", {}), item, (*path, number))

    def values(self, schema: Schema, depth: int) -> Values:
        """Return values at the edges of `schema`, within and beyond.

        Values at a greater depth stay within, or a model would reject nearly every object.
        """
        schema, beyond = self._followed(schema), depth == 0
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self._one_of(choices, depth)
        if "const" in schema or "enum" in schema:
            return st.sampled_from(schema.get("enum") or [schema["const"]])
        made: Values = ANYTHING
        match schema.get("type"):
            case "null":
                made = st.none()
            case "boolean":
                made = st.booleans()
            case "integer" | "number":
                made = _numbers(schema, beyond=NO_NUMBERS if beyond else ())
            case "string":
                made = _texts(schema, beyond=beyond)
            case "array":
                made = self._lists(schema, depth)
            case "object":
                made = self._objects(schema, depth)
        return made

    def _one_of(self, choices: Sequence[Schema], depth: int) -> Values:
        if not _is_decimal(choices):
            return st.one_of([self.values(choice, depth) for choice in choices])
        number = next(choice for choice in choices if choice.get("type") == "number")
        return _numbers(number, beyond=NUMBERS_AS_TEXT if depth == 0 else (), as_text=True)

    def _lists(self, schema: Schema, depth: int) -> Values:
        if depth >= DEEPEST:
            return st.just([])
        items = self.values(schema.get("items", {}), depth + 1)
        fewest, most = schema.get("minItems", 0), schema.get("maxItems", LONGEST)
        usual = st.lists(items, min_size=fewest, max_size=min(most, fewest + 4))
        long = st.lists(items, min_size=min(most, LONGEST), max_size=min(most, LONGEST))
        return st.one_of(usual, usual, long, st.just([]), items.map(lambda item: [item, item]))

    def _objects(self, schema: Schema, depth: int) -> Values:
        if depth >= DEEPEST:
            return st.just({})
        properties = schema.get("properties")
        if properties is None:
            names = self.values(schema.get("propertyNames", {"type": "string"}), depth + 1).filter(_is_text)
            others = self.values(_schema_of_others(schema), depth + 1)
            return st.dictionaries(names, others, max_size=min(schema.get("maxProperties", LONGEST), 6))
        needed = set(schema.get("required", ()))
        members = {name: self.values(below, depth + 1) for name, below in properties.items()}
        return st.fixed_dictionaries(
            {name: values for name, values in members.items() if name in needed},
            optional={name: values for name, values in members.items() if name not in needed},
        )

    def _alternative(self, schema: Schema, value: Any) -> Schema:
        """Return the alternative of `schema` that describes `value`, where it is an object or a list."""
        schema = self._followed(schema)
        kind = "object" if isinstance(value, Mapping) else "array" if isinstance(value, list) else None
        for choice in schema.get("anyOf", schema.get("oneOf", ())):
            followed = self._followed(choice)
            tags = {name: below["const"] for name, below in followed.get("properties", {}).items() if "const" in below}
            if kind and followed.get("type") == kind and all(value.get(name) == tag for name, tag in tags.items()):
                return followed
        return schema

    def _followed(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.whole["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        return schema


def _schema_of_others(schema: Schema) -> Schema:
    others = schema.get("additionalProperties", {})
    return others if isinstance(others, Mapping) else {}


def _is_decimal(choices: Sequence[Schema]) -> bool:
    kinds = {choice.get("type") for choice in choices}
    return {"number", "string"} <= kinds and any("pattern" in choice for choice in choices)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _numbers(schema: Schema, *, beyond: Sequence[Any], as_text: bool = False) -> Values:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -(10**14)))
    high = schema.get("maximum", schema.get("exclusiveMaximum", 10**14))
    edges = [low, high, *(edge for edge in (low + 1, high - 1, 0, 1) if low <= edge <= high)]
    outside = [low - 1, high + 1, *HUGE] if beyond else []
    if schema["type"] == "integer":
        return st.one_of(st.sampled_from(edges), st.integers(low, high), *_sampled([*outside, *beyond]))
    fine = [low + 0.0001, high - 0.0001, min(max(low, 0.3333), high), min(max(low, 0.01), high)]
    within = st.decimals(str(low), str(high), places=4)
    if as_text:
        edges, outside, fine = ([format(number, "f") for number in some] for some in (edges, outside, fine))
        return st.one_of(st.sampled_from([*edges, *fine]), within.map(str), *_sampled([*outside, *beyond]))
    return st.one_of(st.sampled_from([*edges, *fine]), within.map(float), *_sampled([*outside, *beyond]))


def _texts(schema: Schema, *, beyond: bool) -> Values:
    examples = [value for value in schema.get("examples", ()) if isinstance(value, str)]
    words = list(FORMATS.get(schema.get("format", ""), WORDS))
    # Lists of long texts would make documents too large to print.
    longest = schema.get("maxLength", LONGEST) if beyond else min(schema.get("maxLength", LONGEST), LONGEST)
    pattern = schema.get("pattern")
    if pattern is None:
        fitting = [*examples, *(word for word in words if len(word) <= longest), "x" * longest]
        return st.one_of(st.sampled_from(fitting), *_sampled(words if beyond else []))
    fitting = [*examples, *(word for word in words if re.search(pattern, word))]
    made = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)
    return st.one_of(made, *_sampled(fitting), *_sampled([*words, *TIMES] if beyond else []))


def _sampled(values: Sequence[Any]) -> list[Values]:
    return [st.sampled_from(values)] if values else []
