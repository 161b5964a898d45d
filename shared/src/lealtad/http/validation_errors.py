"""From pydantic's validation errors to what a caller may see: where, what, and a hint, never the value."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lealtad.http.problem import InvalidField

# Values of a declared constraint (a limit, a pattern, the choices) are ours and safe to show; the input is not.
HINTS = {
    "expected": "one of {}",
    "pattern": "matching {}",
    "ge": "at least {}",
    "gt": "more than {}",
    "le": "at most {}",
    "lt": "less than {}",
    "min_length": "at least {} long",
    "max_length": "at most {} long",
    "max_digits": "at most {} digits",
    "decimal_places": "at most {} decimals",
    "multiple_of": "a multiple of {}",
    "expected_tags": "one of {}",
}

# Messages of these types quote the input or a parser's words about it; ours do not.
MESSAGES = {
    "value_error": "is not acceptable",
    "assertion_error": "is not acceptable",
    "uuid_parsing": "is not a UUID",
    "datetime_parsing": "is not a time",
    "datetime_from_date_parsing": "is not a time",
    "date_parsing": "is not a date",
    "date_from_datetime_parsing": "is not a date",
    "time_parsing": "is not a time of day",
    "url_parsing": "is not a URL",
    "union_tag_invalid": "is of no known kind",
    "enum": "is not one of the choices",
    "literal_error": "is not one of the choices",
}

FORMATS = {
    "uuid_parsing": "such as 01890a5d-ac96-774b-bcce-b302099a8057",
    "datetime_parsing": "RFC 3339 with offset, such as 2011-03-01T09:00:00Z",
    "datetime_from_date_parsing": "RFC 3339 with offset, such as 2011-03-01T09:00:00Z",
    "timezone_aware": "RFC 3339 with offset, such as 2011-03-01T09:00:00Z",
    "date_parsing": "such as 2011-03-01",
    "decimal_parsing": 'a decimal number as text, such as "12.30"',
    "missing": "add it",
    "extra_forbidden": "leave it out",
}

BODY = "body"


def invalid_fields(failures: Iterable[Mapping[str, Any]]) -> list[InvalidField]:
    """Return what is wrong and where, for pydantic's error dictionaries (`ValidationError.errors()`)."""
    return [
        InvalidField(pointer=_pointer(failure["loc"]), message=_message(failure), hint=_hint(failure))
        for failure in failures
    ]


def _pointer(location: Sequence[str | int]) -> str:
    place, *path = location
    if place != BODY:
        return ".".join(map(str, path)) or str(place)
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _message(failure: Mapping[str, Any]) -> str:
    if failure["type"] == "value_error" and isinstance(failure["ctx"]["error"], SafeValueError):
        return str(failure["ctx"]["error"])
    return MESSAGES.get(failure["type"]) or str(failure["msg"])


def _hint(failure: Mapping[str, Any]) -> str | None:
    if form := FORMATS.get(failure["type"]):
        return form
    context = failure.get("ctx", {})
    return "; ".join(text.format(context[name]) for name, text in HINTS.items() if name in context) or None


class SafeValueError(ValueError):
    """A validator's complaint whose text may be shown to the caller and logged: it repeats nothing of the input."""
