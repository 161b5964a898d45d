"""Types of request fields that several features share."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from lealtad.http import SafeValueError

# RFC 3339 with its offset; pydantic alone would also take Unix times, which say nothing about their unit.
_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Request(BaseModel):
    """A request body: what it does not know it refuses, so that a misspelt field is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _rfc3339(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and _RFC3339.fullmatch(value)):
        return value
    raise SafeValueError("write the time as RFC 3339 with its offset, as in 2011-03-01T09:30:00+01:00")


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise SafeValueError("lies outside the years 1 to 9999 in UTC") from None


def _readable(value: str) -> str:
    text = unicodedata.normalize("NFC", value).strip()
    if _CONTROL.search(text):
        raise SafeValueError("contains control characters; leave them out")
    if not text:
        raise SafeValueError("is blank; say something, or leave the field out")
    return text


Timestamp = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc3339),
    AfterValidator(_utc),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2011-03-01T09:30:00+01:00"]}),
]
"""An instant, written in RFC 3339 with its offset; kept in UTC."""

FreeText = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_readable)]
"""What a person wrote: Unicode in normal form C, lines allowed. Personal data: in no event, no log."""

TechnicalName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", description="A user's or team's technical name, no e-mail"),
]

CustomerRefText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=300,
        description="A customer: its id, or `source:external_id`",
        examples=["web-shop:17850"],
    ),
]
