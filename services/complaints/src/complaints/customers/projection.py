"""Projection of other services' events: customers and their ids, service tiers, gestures."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from complaints.customers.models import CUSTOMERS
from complaints.customers.repository.gestures import GestureRow, insert_gestures
from complaints.customers.repository.locks import lock_names_shared
from complaints.customers.repository.service_tiers import TierRow, read_tiers, upsert_tiers
from lealtad.events.catalog.campaigns import OfferAccepted, OfferKind, OfferPresented, OfferRejected, OfferResponse
from lealtad.events.catalog.customer_profile import CustomerState
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import Event
from lealtad.events.model import EventData
from lealtad.http import CustomerRef
from lealtad.unit_of_work import UnitOfWork

D = TypeVar("D", bound=EventData)

RESPONSES: dict[type[OfferResponse], str] = {
    OfferPresented: "presented",
    OfferAccepted: "accepted",
    OfferRejected: "rejected",
}


async def fold_customers(uow: UnitOfWork, events: Sequence[Event[CustomerState]]) -> None:
    """Store the newest state of each customer, after waiting for transactions that write the customer's cases."""
    await lock_names_shared(uow.connection, _names(events))
    await CUSTOMERS.fold(uow, events)


async def fold_tiers(uow: UnitOfWork, events: Sequence[Event[MembershipsChanged]]) -> None:
    """Store the newest service tier of each customer; an event that does not change the tier triggers nothing."""
    newest = _newest(events)
    await lock_names_shared(uow.connection, newest)
    stored = await read_tiers(uow.connection, list(newest))
    await upsert_tiers(uow.connection, [_tier_row(event) for event in newest.values()])
    for event in events:
        before = stored.get(event.key)
        if before and before.sequence >= newest[event.key].sequence:
            uow.ignore(event, "a newer tier of the customer is known")
        elif newest[event.key].data.service_tier == (before.tier if before else None):
            uow.ignore(event, "the service tier is the same")


async def fold_gestures(uow: UnitOfWork, events: Sequence[Event[OfferResponse]]) -> None:
    """Store answers to offers of service recovery; other offers do not concern cases."""
    gestures = []
    for event in events:
        if event.data.offer.kind is OfferKind.SERVICE_RECOVERY:
            gestures.append(_gesture_row(event))
        else:
            uow.ignore(event, "not an offer of service recovery")
    if gestures:
        await insert_gestures(uow.connection, gestures)


def _newest(events: Sequence[Event[D]]) -> dict[UUID, Event[D]]:
    newest: dict[UUID, Event[D]] = {}
    for event in events:
        if event.key not in newest or newest[event.key].sequence < event.sequence:
            newest[event.key] = event
    return newest


def _names(events: Sequence[Event[CustomerState]]) -> list[object]:
    ids = [external_id for event in events for external_id in event.data.external_ids]
    refs = (CustomerRef(source=item.source, external_id=item.external_id) for item in ids)
    return [*(event.key for event in events), *refs]


def _tier_row(event: Event[MembershipsChanged]) -> TierRow:
    return TierRow(event.key, event.sequence, event.data.service_tier, event.data.as_of)


def _gesture_row(event: Event[OfferResponse]) -> GestureRow:
    response = event.data
    return GestureRow(
        event_id=event.id,
        customer_id=response.customer_id,
        response=RESPONSES[type(response)],
        offer_key=response.offer.key,
        offer_version=response.offer.version,
        decision_id=response.decision_id,
        occurred_at=response.occurred_at,
    )
