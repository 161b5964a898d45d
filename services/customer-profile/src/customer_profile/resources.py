"""What use cases find in `uow.resources`."""

from dataclasses import dataclass

from customer_profile.batches.gathering import Gathering
from customer_profile.batches.turns import Turns
from customer_profile.settings import Settings
from lealtad.unit_of_work import Database


@dataclass(frozen=True, slots=True)
class Resources:
    """Settings that use cases need, and what requests share."""

    reporting_currency: str
    batch_transaction_facts: int
    gathering: Gathering
    turns: Turns


async def start(database: Database, settings: Settings) -> Resources:
    """Return the resources of a process."""
    size = settings.batch_transaction_facts
    return Resources(settings.reporting_currency, size, Gathering(database, size), Turns(settings))
