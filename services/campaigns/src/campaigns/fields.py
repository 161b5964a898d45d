"""Named field types with their limits, shared by requests, answers and stored documents."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from lealtad.distinct import EachOnce
from lealtad.events.catalog.shared_types import Slug
from lealtad.money import DecimalText
from lealtad.scalars import ExactNumber, WholeNumber

Amount = Annotated[DecimalText, Field(ge=0, description="In the reporting currency", examples=["12.50"])]
Ratio = Annotated[ExactNumber, Field(max_digits=34, decimal_places=28)]
"""A factor. It has room for all digits of a float."""
Weight = Annotated[Ratio, Field(ge=Decimal("0.01"), le=100, examples=["1.5"])]
Days = Annotated[WholeNumber, Field(ge=0, le=730)]
LocalHour = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00"])]
StorableText = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""A text without NUL, which the database cannot store."""
SlugSet = Annotated[frozenset[Slug], Field(max_length=100), EachOnce]
Weekdays = Annotated[frozenset[Annotated[WholeNumber, Field(ge=0, le=6)]], Field(min_length=1, max_length=7), EachOnce]
Reported = Annotated[bool, Field(description="Reported afterwards: no rule was checked")]
