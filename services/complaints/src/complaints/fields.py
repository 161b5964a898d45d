"""Field types of requests and answers, with their limits and descriptions."""

import re
import unicodedata
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, Field

from lealtad.distinct import EachOnce
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import SafeValueError
from lealtad.scalars import ExactNumber, Identifier, WholeNumber

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _check_text(value: str) -> str:
    text = unicodedata.normalize("NFC", value).strip()
    if _CONTROL.search(text):
        raise SafeValueError("contains control characters; leave them out")
    if not text:
        raise SafeValueError("is blank; say something, or leave the field out")
    return text


FreeText = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_check_text)]
"""A text that a person wrote, in Unicode normal form C; it may have lines. Personal data: in no event, no log."""

TechnicalName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", description="A user's or team's technical name, no e-mail"),
]

CaseId = Annotated[Identifier, Path(description="Id of a case")]
CauseCode = Annotated[Slug, Path(description="Code of the cause", examples=["damaged"])]

CauseName = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]+$")]

OpenHours = Annotated[WholeNumber, Field(ge=1, le=2_000, description="Open hours of the desk")]
TierFactor = Annotated[ExactNumber, Field(gt=0, le=10, max_digits=20, decimal_places=2)]
Weekday = Annotated[WholeNumber, Field(ge=0, le=6, description="Monday is 0")]
Weekdays = Annotated[set[Weekday], Field(min_length=1, max_length=7), EachOnce]
