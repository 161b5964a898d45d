"""Projection of other services' events: customers and their ids, service tiers, gestures."""

from collections.abc import Sequence

from complaints.customers.models import CUSTOMERS, GESTURES, SERVICE_TIERS
from complaints.customers.repository.locks import lock_names_shared
from complaints.customers.repository.service_tiers import read_tiers
from lealtad.events.catalog.campaigns import OfferKind, OfferResponse
from lealtad.events.catalog.customer_profile import CustomerState
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import Event
from lealtad.http import CustomerRef
from lealtad.unit_of_work import UnitOfWork


async def fold_customers(uow: UnitOfWork, events: Sequence[Event[CustomerState]]) -> None:
    """Store the newest state of each customer, after waiting for transactions that write the customer's cases."""
    await lock_names_shared(uow.connection, _names(events))
    await CUSTOMERS.fold(uow, events)


async def fold_tiers(uow: UnitOfWork, events: Sequence[Event[MembershipsChanged]]) -> None:
    """Store the newest service tier of each customer; an event that does not change the tier triggers nothing."""
    customers = {event.key for event in events}
    await lock_names_shared(uow.connection, customers)
    before = await read_tiers(uow.connection, customers)
    tiers = {event.key: event.data.service_tier for event in await SERVICE_TIERS.keep(uow.connection, events)}
    for event in events:
        if event.key not in tiers:
            uow.ignore(event, "a newer tier of the customer is known")
        elif tiers[event.key] == (before[event.key].tier if event.key in before else None):
            uow.ignore(event, "the service tier is the same")


async def fold_gestures(uow: UnitOfWork, events: Sequence[Event[OfferResponse]]) -> None:
    """Store answers to offers of service recovery; other offers do not concern cases."""
    gestures = []
    for event in events:
        if event.data.offer.kind is OfferKind.SERVICE_RECOVERY:
            gestures.append(event)
        else:
            uow.ignore(event, "not an offer of service recovery")
    await GESTURES.fold(uow, gestures)


def _names(events: Sequence[Event[CustomerState]]) -> list[object]:
    ids = [external_id for event in events for external_id in event.data.external_ids]
    refs = (CustomerRef(source=item.source, external_id=item.external_id) for item in ids)
    return [*(event.key for event in events), *refs]
