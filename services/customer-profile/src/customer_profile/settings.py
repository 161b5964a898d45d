"""Settings of the customer profile beside the platform's."""

from pydantic import Field

from lealtad.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from variables that begin with `LEALTAD_`."""

    batch_transaction_facts: int = Field(
        default=200, ge=1, le=1000, description="facts of a batch in one transaction, at most"
    )
