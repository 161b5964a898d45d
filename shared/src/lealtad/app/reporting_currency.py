"""The reporting currency as `uow.resources`, for services that compute amounts and need nothing else there."""

from dataclasses import dataclass

from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database


@dataclass(frozen=True, slots=True)
class CurrencyResources:
    """What use cases read from `uow.resources`."""

    reporting_currency: str
    """The currency of all amounts, which says how many decimals they have."""


async def make_currency_resources(_: Database, settings: ServiceSettings) -> CurrencyResources:
    """Return the resources of a process: a service's `on_start`."""
    return CurrencyResources(settings.reporting_currency)
