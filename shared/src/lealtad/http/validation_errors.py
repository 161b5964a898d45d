"""Pydantic's validation errors as fields of a problem: pointer, message and hint, never the value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from pydantic import ValidationError

from lealtad.http.known_names import hint_for_name, shown_name
from lealtad.http.model_members import members_at
from lealtad.http.problem import MOST_ERRORS, InvalidField

# Values of a declared constraint (a limit, a pattern, the choices) are safe to show; the input is not.
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

# Pydantic's messages name its own types, and some quote the input. These messages do neither.
MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "model_type": "is not an object",
    "model_attributes_type": "is not an object",
    "dict_type": "is not an object",
    "list_type": "is not a list",
    "string_type": "is not text",
    "bool_type": "is not true or false",
    "bool_parsing": "is not true or false",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_type": "is not a number",
    "float_parsing": "is not a number",
    "decimal_type": "is not a decimal number",
    "decimal_parsing": "is not a decimal number",
    "decimal_max_digits": "has too many digits",
    "decimal_max_places": "has too many decimals",
    "decimal_whole_digits": "has too many digits before the point",
    "finite_number": "is not a finite number",
    "string_pattern_mismatch": "has not the right form",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "too_short": "has too few items",
    "too_long": "has too many items",
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "less_than": "is too large",
    "less_than_equal": "is too large",
    "timezone_aware": "has no offset",
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
    "union_tag_not_found": "is missing",
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

_ENUM_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""Pydantic's form of a choice that is a member of an enumeration."""

BODY = "body"
ABSENT = "missing"
UNKNOWN = "extra_forbidden"
DISCRIMINATORS = ("kind", "type")
"""Fields that select the member of a union."""


LONGEST_POINTER = 300
"""Most characters of a pointer; a caller's own names may have any length."""


class Failures(NamedTuple):
    """The first invalid values, and the number of the others."""

    fields: list[InvalidField]
    left_out: int


def failures_of(error: ValidationError, body: object = None, most: int = MOST_ERRORS, root: Any = None) -> Failures:
    """Return the errors of a body, or of a part of it, of the type `root`, for the caller; at most `most`."""
    failures = error.errors(include_url=False, include_input=False)
    placed = [{**failure, "loc": (BODY, *failure["loc"])} for failure in failures[:most]]
    return Failures(invalid_fields(placed, body, most, root), max(0, len(failures) - most))


def invalid_fields(
    failures: Sequence[Mapping[str, Any]], body: object = None, most: int = MOST_ERRORS, root: Any = None
) -> list[InvalidField]:
    """Return the first `most` of pydantic's error dictionaries as invalid fields.

    `body` is the JSON of the request; pointers into it leave out the member of a union that pydantic chose. `root` is
    the type of the request, whose members are the hints for unknown ones.
    """
    return [
        InvalidField(pointer=_pointer(failure, body), message=_message(failure), hint=_hint(failure, root))
        for failure in islice(failures, most)
    ]


def _pointer(failure: Mapping[str, Any], body: object) -> str:
    place, *path = failure["loc"]
    if place != BODY:
        return _short(".".join(map(str, path)) or str(place))
    steps = path if body is None else _within(body, path, absent=failure["type"] == ABSENT)
    return _short("".join(map(_token, [*steps, *_within_value(failure)])))


def _token(step: str | int) -> str:
    return "/" + str(step)[:LONGEST_POINTER].replace("~", "~0").replace("/", "~1")


def _short(pointer: str) -> str:
    return pointer if len(pointer) <= LONGEST_POINTER else f"{pointer[:LONGEST_POINTER]}…"


def _within_value(failure: Mapping[str, Any]) -> Iterator[str]:
    """Yield the invalid field of a value, when pydantic points at the whole value."""
    context = failure.get("ctx", {})
    if failure["type"].startswith("union_tag_"):
        yield context["discriminator"].strip("'")
    elif isinstance(error := context.get("error"), SafeValueError) and error.field:
        yield error.field


def _within(body: Any, path: Sequence[str | int], *, absent: bool) -> Iterator[str | int]:
    """Yield the steps of `path` that `body` has, and the last step when it is the missing one."""
    chosen = False
    for place, step in enumerate(path, start=1):
        if not chosen and _is_kind(body, step):
            chosen = True
            continue
        has = step in body if isinstance(body, dict) else isinstance(body, list) and isinstance(step, int)
        if has:
            body, chosen = body[step], False
        if has or (absent and place == len(path)):
            yield step


def _is_kind(body: Any, step: str | int) -> bool:
    """Return whether `step` is the kind of `body`, which pydantic adds for the chosen member of a union."""
    return isinstance(body, dict) and step in [body.get(name) for name in DISCRIMINATORS]


def _message(failure: Mapping[str, Any]) -> str:
    if failure["type"] == "value_error" and isinstance(failure["ctx"]["error"], SafeValueError):
        return str(failure["ctx"]["error"])
    return MESSAGES.get(failure["type"]) or str(failure["msg"])


def _hint(failure: Mapping[str, Any], root: Any) -> str | None:
    if failure["type"] == UNKNOWN and root is not None:
        place, *path, name = failure["loc"]
        known = members_at(root, path) if place == BODY else None
        if known:
            return hint_for_name(shown_name(str(name)), known)
    if form := FORMATS.get(failure["type"]):
        return form
    context = failure.get("ctx", {})
    hints = "; ".join(text.format(context[name]) for name, text in HINTS.items() if name in context)
    return _ENUM_MEMBER.sub(r"\1", hints) or None


class SafeValueError(ValueError):
    """An error of a validator, whose text may be shown and logged, since it repeats nothing of the input.

    A validator of a whole object may name the invalid `field`.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
