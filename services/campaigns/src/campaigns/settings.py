"""Settings of campaigns, besides the platform's."""

from pydantic import Field

from lealtad.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings from variables that begin with `LEALTAD_`."""

    decision_days: int = Field(
        default=90, ge=31, description="how long decisions are kept that no contact and no response came of"
    )
