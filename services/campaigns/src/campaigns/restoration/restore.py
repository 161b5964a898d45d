"""Which published events become what."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from campaigns.decisions import repository as decisions
from campaigns.domain.customer import ContactStatus, Response
from campaigns.domain.ledger import counts
from campaigns.domain.mute import OPEN
from campaigns.domain.offers import ContactClass, OfferTerms
from campaigns.offers import repository as offers
from campaigns.policy.models import CONTACT_POLICY
from campaigns.restoration import repository
from lealtad.events.catalog.campaigns import (
    ContactConfirmed,
    ContactEvent,
    ContactReleased,
    ContactReserved,
    NextBestActionChanged,
    OfferAccepted,
    OfferPresented,
    OfferRef,
    OfferRejected,
    OfferResponse,
)
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork

STATUS = {
    ContactReserved: ContactStatus.RESERVED,
    ContactConfirmed: ContactStatus.CONFIRMED,
    ContactReleased: ContactStatus.RELEASED,
}
RESPONSES: dict[type[OfferResponse], Response] = {
    OfferPresented: Response.PRESENTED,
    OfferAccepted: Response.ACCEPTED,
    OfferRejected: Response.REJECTED,
}
Terms = dict[tuple[UUID, int], OfferTerms]


async def restore(uow: UnitOfWork, events: Sequence[Event[Any]]) -> Iterable[UUID]:
    """Take back which actions were announced, the contact ledger and the responses; return the ids of all others.

    Decisions are not published whole: those made after the back-up are gone, and an offer that was presented then
    awaits no answer. Changes of offers and policy are to be made again.
    """
    taken = [event for event in events if isinstance(event.data, NextBestActionChanged | ContactEvent | OfferResponse)]
    await decisions.lock(uow.connection, sorted({event.key for event in taken}))
    told = {event.key: event.data for event in taken if isinstance(event.data, NextBestActionChanged)}
    await repository.store_standing(uow.connection, [_standing(data) for data in told.values()], uow.now)
    met = [event for event in taken if isinstance(event.data, ContactEvent | OfferResponse)]
    terms = await offers.terms_of_versions(uow.connection, {_version(event.data.offer) for event in met})
    known = [event for event in met if _version(event.data.offer) in terms]
    await _store_contacts(uow, known, terms)
    await repository.store_responses(uow.connection, [_response(event, terms) for event in known if _is_answer(event)])
    return {event.id for event in events} - {event.id for event in known} - _announcements(taken)


async def _store_contacts(uow: UnitOfWork, events: Sequence[Event[Any]], terms: Terms) -> None:
    policy = (await CONTACT_POLICY.in_force(uow.connection)).policy
    newest: dict[UUID, dict[str, Any]] = {}
    for event in events:
        if isinstance(event.data, ContactEvent):
            data, class_ = event.data, terms[_version(event.data.offer)].contact_class
            newest[data.contact_id] = _contact(data, class_, counts=counts(class_, data.channel, policy))
    await repository.store_contacts(uow.connection, list(newest.values()))


def _announcements(events: Sequence[Event[Any]]) -> set[UUID]:
    return {event.id for event in events if isinstance(event.data, NextBestActionChanged)}


def _is_answer(event: Event[Any]) -> bool:
    return isinstance(event.data, OfferResponse)


def _standing(told: NextBestActionChanged) -> dict[str, Any]:
    return {
        "customer_id": told.customer_id,
        "offer_id": told.offer.offer_id if told.offer else None,
        "channel": told.channel,
        # Why promotions rest is not told; if it is for another reason, that is announced once more.
        "mute": OPEN if told.muted else None,
    }


def _contact(data: ContactEvent, class_: ContactClass, *, counts: bool) -> dict[str, Any]:
    reserved_for = data.contact_at if isinstance(data, ContactReserved) else None
    return {
        "contact_id": data.contact_id,
        "customer_id": data.customer_id,
        "decision_id": data.decision_id,
        "offer_id": data.offer.offer_id,
        "offer_key": data.offer.key,
        "offer_version": data.offer.version,
        "offer_kind": data.offer.kind,
        "contact_class": class_,
        "channel": data.channel,
        "counts": counts,
        "status": STATUS[type(data)],
        "at": reserved_for or data.occurred_at,
        "expires_at": data.expires_at if isinstance(data, ContactReserved) else None,
        "release_reason": data.reason if isinstance(data, ContactReleased) else None,
        "rule": data.rule if isinstance(data, ContactReleased | ContactConfirmed) else None,
    }


def _response(event: Event[Any], terms: Terms) -> dict[str, Any]:
    data = event.data
    return {
        "decision_id": data.decision_id,
        "response": RESPONSES[type(data)],
        "response_id": event.id,
        "customer_id": data.customer_id,
        "offer_id": data.offer.offer_id,
        "offer_kind": data.offer.kind,
        "promotional": terms[_version(data.offer)].contact_class is ContactClass.PROMOTIONAL,
        "channel": data.channel,
        "reason": data.reason if isinstance(data, OfferRejected) else None,
        "occurred_at": data.occurred_at,
        "reported": isinstance(data, OfferPresented) and data.reported,
        "rule": data.rule if isinstance(data, OfferPresented) else None,
        "open_until": None,
    }


def _version(offer: OfferRef) -> tuple[UUID, int]:
    return offer.offer_id, offer.version
