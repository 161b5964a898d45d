"""What use cases of a service that computes amounts find in `uow.resources`, if they need nothing else."""

from dataclasses import dataclass

from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database


@dataclass(frozen=True, slots=True)
class Resources:
    """Settings that use cases need."""

    reporting_currency: str
    """The currency of all amounts, which says how many decimals they have."""


async def start(_: Database, settings: ServiceSettings) -> Resources:
    """Return the resources of a process: a service's `on_start`."""
    return Resources(settings.reporting_currency)
