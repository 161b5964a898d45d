"""A cause of the taxonomy, as it is read and set."""

from typing import Annotated

from pydantic import Field

from lealtad.events.catalog.shared_types import Slug
from lealtad.http import RequestBody

Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", description="ISO 639-1")]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]+$")]


class CauseIn(RequestBody):
    """What a manager says about a cause."""

    names: dict[Language, Name] = Field(
        min_length=1, max_length=20, examples=[{"es": "Llegó dañado", "en": "Arrived damaged"}]
    )
    retired: bool = Field(default=False, description="Kept for the cases that have it, refused for new ones")


class Cause(CauseIn):
    """A cause of the taxonomy."""

    code: Slug
    version: int = Field(ge=1)
