"""Types of request fields that several features share."""

import re
import unicodedata
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from fastapi import Path
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
)

from lealtad.http import SafeValueError
from lealtad.money import DecimalText

# RFC 3339 with its offset; pydantic alone would also take Unix times, which say nothing about their unit.
_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


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


def _plain(value: str) -> str:
    text = unicodedata.normalize("NFC", value).strip()
    if _CONTROL.search(text):
        raise SafeValueError("contains control characters; leave them out")
    if not text:
        raise SafeValueError("is blank; leave the field out instead")
    return text


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _time_zone(value: str) -> str:
    if value not in _time_zones():
        raise SafeValueError("is no IANA time zone; write it like America/Bogota")
    return value


def _past_date(value: date) -> date:
    if value.year < 1880:  # noqa: PLR2004 - nobody alive is older; catches 0001-01-01 from source systems
        raise SafeValueError("lies before 1880; leave an unknown birth date out")
    return value


Timestamp = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc3339),
    AfterValidator(_utc),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2011-03-01T09:30:00+01:00"]}),
]
"""An instant, written in RFC 3339 with its offset; kept in UTC."""

PlainText = Annotated[str, Field(max_length=200), AfterValidator(_plain)]
"""One line of Unicode text, in normal form C and without control characters."""

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2", examples=["CO"])]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", description="ISO 639-1", examples=["es"])]
TimeZone = Annotated[str, AfterValidator(_time_zone), Field(description="IANA name", examples=["America/Bogota"])]
BirthDate = Annotated[date, AfterValidator(_past_date)]
LocalHour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["09:00"])]

PositiveDecimal = Annotated[DecimalText, Field(gt=0)]
NonNegativeDecimal = Annotated[DecimalText, Field(ge=0)]

# Said in the OpenAPI document; what checks a reference is its parser.
_UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
CUSTOMER_REF: dict[str, JsonValue] = {"pattern": rf"^({_UUID}|[a-z0-9-]{{1,40}}:[^/\x00-\x1f\x7f]{{1,200}})$"}
FACT_REF: dict[str, JsonValue] = {"pattern": rf"^({_UUID}|[a-z0-9-]{{1,40}}:[^\s/\x00-\x1f\x7f]{{1,200}})$"}

CustomerRefText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=300,
        description="A customer: its id, or `source:external_id`",
        json_schema_extra=CUSTOMER_REF,
        examples=["web-shop:17850"],
    ),
]
FactRefText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=300,
        description="A fact: its id, or `system:fact_id`",
        json_schema_extra=FACT_REF,
        examples=["web-shop:536365"],
    ),
]

RefInPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=300,
        description="A customer: its id, or `source:external_id` (percent-encoded)",
        json_schema_extra=CUSTOMER_REF,
        examples=["web-shop:17850"],
    ),
]

FactRefInPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=300,
        description="A fact: its id, or `system:fact_id` (percent-encoded)",
        json_schema_extra=FACT_REF,
        examples=["web-shop:536365"],
    ),
]
