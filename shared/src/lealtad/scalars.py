"""Scalars of JSON documents, read as strictly as their schemas say.

Pydantic alone takes 0 for the date 1970-01-01, "5" for a whole number and "yes" for a flag. A request that means
something else would be accepted. Each type here takes the JSON form of its schema, and values of its own Python type.
Values in addresses (paths and queries) are texts: `lealtad.http.parameters` reads them.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

STORED = {"lealtad": "stored"}
"""The validation context of documents that were checked when they were taken in."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME_OF_DAY_PATTERN = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
DECIMAL_PATTERN = r"-?[0-9]{1,40}(\.[0-9]{1,40})?"
_DECIMAL = re.compile(DECIMAL_PATTERN)
NUMBERS = (Decimal, int, float)
MOST_DIGITS = 80
UUID_PATTERN = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_UUID = re.compile(UUID_PATTERN)


def refused(message: str) -> PydanticCustomError:
    """Return the error for a value that has another form; `message` repeats nothing of it."""
    return PydanticCustomError("form", "{message}", {"message": message})


def _text(kind: type, pattern: str, message: str) -> Callable[[Any], Any]:
    """Return a validator that lets pass texts of this form, and values of `kind`."""
    form = re.compile(pattern)

    def checked(value: Any) -> Any:
        if isinstance(value, kind) or (isinstance(value, str) and form.fullmatch(value)):
            return value
        raise refused(message)

    return checked


def _whole_number(value: Any) -> Any:
    # JSON has one kind of number: its schema counts 5.0 among the whole ones.
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
        return int(value)
    raise refused("is no whole number; write it like 5, without quotes")


def _number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise refused("is no number; write it like 1.5, without quotes")


def _flag(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    raise refused("is neither true nor false; write it without quotes")


def _date(value: Any) -> Any:
    is_date = isinstance(value, date) and not isinstance(value, datetime)
    if is_date or (isinstance(value, str) and _DATE.fullmatch(value)):
        return value
    raise refused("is no date; write it like 2011-03-01")


def _local(value: time) -> time:
    if value.tzinfo is not None:
        raise refused("is a local time; write it without an offset")
    return value


class _DecimalForm:
    """Metadata of a decimal: a JSON number, or a text of digits with a point; of bounded length in either form."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema of the decimal with a bound of digits, unless it has a narrower one."""
        schema: Any = handler(source)
        if schema["type"] == "decimal":
            schema.setdefault("max_digits", MOST_DIGITS)
        return cast("CoreSchema", schema)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the schema of the decimal with the pattern that the text must match."""
        shown = handler(schema)
        for choice in (shown, *shown.get("anyOf", ())):
            if choice.get("type") == "string":
                choice["pattern"] = f"^{DECIMAL_PATTERN}$"
        return shown


def _decimal(value: Any, info: ValidationInfo[Any]) -> Any:
    # Every amount of every event comes here: texts first, by a pattern that is compiled once.
    if isinstance(value, str):
        if _DECIMAL.fullmatch(value) or info.context == STORED:
            return value
    elif isinstance(value, NUMBERS) and not isinstance(value, bool):
        return value
    raise refused("is no decimal number; write it like 12.30")


WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
"""A number without a fraction."""

Number = Annotated[float, BeforeValidator(_number)]
"""A number of limited precision."""

ExactNumber = Annotated[
    Decimal,
    _DecimalForm(),
    BeforeValidator(_decimal),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
]
"""A decimal number: as a JSON number, or as a text that keeps all its digits."""

Flag = Annotated[bool, BeforeValidator(_flag)]
"""True or false."""


def parse_id(text: str) -> UUID | None:
    """Return the id that `text` writes in its one form, of 36 characters; None for any other text, such as a key."""
    return UUID(text) if _UUID.fullmatch(text) else None


Date = Annotated[date, BeforeValidator(_date)]
"""A day of the calendar."""

# The format `time` of JSON Schema requires an offset (RFC 3339, full-time); a local time has none.
TimeOfDay = Annotated[
    time,
    BeforeValidator(_text(time, TIME_OF_DAY_PATTERN, "is no time of the day; write it like 08:00")),
    AfterValidator(_local),
    WithJsonSchema({"type": "string", "pattern": f"^{TIME_OF_DAY_PATTERN}$", "examples": ["08:00"]}),
]
"""A local time of the day."""

Identifier = Annotated[
    UUID, BeforeValidator(_text(UUID, UUID_PATTERN, "is no UUID; write its 36 characters, with hyphens"))
]
"""An id that a service has given, in the one form in which it shows it."""
