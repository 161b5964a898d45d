"""Settings of the customer profile, in addition to those of the platform."""

from pydantic import Field

from lealtad.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings, read from variables that begin with `LEALTAD_`."""

    batch_transaction_facts: int = Field(
        default=200, ge=1, le=1000, description="facts of a batch in one transaction, at most"
    )
