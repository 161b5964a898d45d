"""Types that payloads of several producers share."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from lealtad.instants import nearest_kept

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["call-centre"])]
"""A short key made of lower-case letters, digits and hyphens."""

SystemName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", examples=["web-shop"])]
FactId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        pattern=r"^[^\s/]+$",
        description="The source's own key; intake refuses personal data",
        examples=["536365"],
    ),
]


Instant = Annotated[AwareDatetime, AfterValidator(nearest_kept)]
"""An instant; outside the range of Lealtad it is read as the end of the range, so that no reader fails."""


class Part(BaseModel):
    """A part of a payload: frozen, and open to fields that a newer producer adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class FactSource(Part):
    """The source of a fact; (system, fact id) is unique."""

    system: SystemName
    fact_id: FactId
