"""Named types of fields, with their limits and descriptions, which create, update and read models share."""

import re
import unicodedata
from datetime import date
from typing import Annotated, TypeVar

from fastapi import Path
from pydantic import AfterValidator, Field, JsonValue

from customer_profile.domain.contact_points import ContactPointError, normalise_email
from lealtad.http import SafeValueError
from lealtad.http.customer_ref import SOURCE_PATTERN
from lealtad.http.fields import REF_LENGTH
from lealtad.http.keys import travelling_key
from lealtad.instants import END
from lealtad.money import DecimalText
from lealtad.scalars import UUID_PATTERN, Date

T = TypeVar("T")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def without_repeats(values: list[T]) -> list[T]:
    """Return `values` in their order, each once."""
    return list(dict.fromkeys(values))


def _plain_text(value: str) -> str:
    text = unicodedata.normalize("NFC", value).strip()
    if _CONTROL.search(text):
        raise SafeValueError("contains control characters; leave them out")
    if not text:
        raise SafeValueError("is blank; leave the field out instead")
    return text


def _email(value: str) -> str:
    try:
        return normalise_email(value)
    except ContactPointError as error:
        raise SafeValueError(str(error)) from None


def _birth_date(value: date) -> date:
    if value.year < 1880:  # noqa: PLR2004 - nobody alive is older; catches 0001-01-01 from source systems
        raise SafeValueError("lies before 1880; leave an unknown birth date out")
    if value.year >= END.year:
        raise SafeValueError(f"lies after {END.year - 1}; leave an unknown birth date out")
    return value


PlainText = Annotated[str, Field(max_length=200), AfterValidator(_plain_text)]
"""One line of Unicode text, in normal form C and without control characters."""

EmailAddress = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_email)]
PhoneText = Annotated[str, Field(min_length=3, max_length=40)]
DocumentNumber = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^[0-9A-Za-z.\- ]+$")]
BirthDate = Annotated[Date, AfterValidator(_birth_date)]
Region = Annotated[PlainText, Field(max_length=80), AfterValidator(travelling_key)]
LocalHour = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00"])]

PositiveDecimal = Annotated[DecimalText, Field(gt=0)]
NonNegativeDecimal = Annotated[DecimalText, Field(ge=0)]

# Only for the OpenAPI document: the parser of a reference checks it.
_FACT_REF: dict[str, JsonValue] = {"pattern": rf"^({UUID_PATTERN}|{SOURCE_PATTERN}:[^\s/\x00-\x1f\x7f]{{1,200}})$"}

FactRefText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=REF_LENGTH,
        description="A fact: its id, or `system:fact_id`",
        json_schema_extra=_FACT_REF,
        examples=["web-shop:536365"],
    ),
]

FactRefInPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=REF_LENGTH,
        description="A fact: its id, or `system:fact_id` (percent-encoded)",
        json_schema_extra=_FACT_REF,
        examples=["web-shop:536365"],
    ),
]
