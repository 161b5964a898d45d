"""Request and answer models of causes."""

from pydantic import Field

from complaints.fields import CauseName
from lealtad.codes import LanguageCode
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import RequestBody
from lealtad.scalars import Flag


class CauseDefinition(RequestBody):
    """The names of a cause, and whether new cases may have it."""

    names: dict[LanguageCode, CauseName] = Field(
        min_length=1, max_length=20, examples=[{"es": "Llegó dañado", "en": "Arrived damaged"}]
    )
    retired: Flag = Field(default=False, description="Kept for the cases that have it, refused for new ones")


class Cause(CauseDefinition):
    """A cause of the taxonomy."""

    code: Slug
    version: int = Field(ge=1)
