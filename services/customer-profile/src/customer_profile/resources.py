"""What use cases find in `uow.resources`."""

from dataclasses import dataclass

from customer_profile.settings import Settings
from lealtad.unit_of_work import Database


@dataclass(frozen=True, slots=True)
class Resources:
    """Settings that use cases need."""

    reporting_currency: str
    batch_transaction_facts: int


async def start(_database: Database, settings: Settings) -> Resources:
    """Return the resources of a process."""
    return Resources(settings.reporting_currency, settings.batch_transaction_facts)
