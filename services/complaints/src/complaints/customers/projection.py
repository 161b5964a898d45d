"""Folds events of other services into what is known of customers: ids, service tiers, gestures."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from complaints.customers import guard, repository
from complaints.customers.models import CUSTOMERS
from complaints.customers.repository import GestureRow, TierRow
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
    """Keep the newest state of each customer, after the cases that are being written about it."""
    await guard.learn(uow.connection, _names(events))
    await CUSTOMERS.fold(uow, events)


async def fold_tiers(uow: UnitOfWork, events: Sequence[Event[MembershipsChanged]]) -> None:
    """Keep the newest service tier of each customer; an event that leaves it as it is triggers nothing."""
    newest = _newest(events)
    await guard.learn(uow.connection, newest)
    stored = await repository.tiers(uow.connection, list(newest))
    await repository.store_tiers(uow.connection, [_tier_row(event) for event in newest.values()])
    for event in events:
        known = stored.get(event.key)
        if known and known.sequence >= newest[event.key].sequence:
            uow.ignore(event, "a newer tier of the customer is known")
        elif newest[event.key].data.service_tier == (known.tier if known else None):
            uow.ignore(event, "the service tier is the same")


async def fold_gestures(uow: UnitOfWork, events: Sequence[Event[OfferResponse]]) -> None:
    """Keep answers to offers of service recovery; other offers are no matter of a case."""
    gestures = []
    for event in events:
        if event.data.offer.kind is OfferKind.SERVICE_RECOVERY:
            gestures.append(_gesture_row(event))
        else:
            uow.ignore(event, "not an offer of service recovery")
    if gestures:
        await repository.store_gestures(uow.connection, gestures)


def _newest(events: Sequence[Event[D]]) -> dict[UUID, Event[D]]:
    newest: dict[UUID, Event[D]] = {}
    for event in events:
        if event.key not in newest or newest[event.key].sequence < event.sequence:
            newest[event.key] = event
    return newest


def _names(events: Sequence[Event[CustomerState]]) -> list[object]:
    known = [item for event in events for item in event.data.external_ids]
    refs = (CustomerRef(source=item.source, external_id=item.external_id) for item in known)
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
