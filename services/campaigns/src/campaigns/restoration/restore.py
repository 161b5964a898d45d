"""Restore the service's own state from its published events, each part by its feature."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from campaigns.decisions import repository as decisions
from campaigns.decisions.restore import restore_actions
from campaigns.domain.offers import ContactClass
from campaigns.ledger.restore import restore_slots
from campaigns.offers import repository as offers
from campaigns.policy.models import CONTACT_POLICY
from campaigns.responses.restore import restore_responses
from lealtad.events.catalog.campaigns import ContactEvent, NextBestActionChanged, OfferRef, OfferResponse
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork

Classes = dict[UUID, ContactClass]
"""Contact class of the offer of each event, by the event's id."""


async def restore(uow: UnitOfWork, events: Sequence[Event[Any]]) -> Iterable[UUID]:
    """Store announced actions, slots and responses again; return the ids of events that were not used.

    Decisions are not published whole. So decisions from after the back-up are lost, and an offer that such a decision
    presented awaits no answer. Managers must repeat changes of offers and policy.
    """
    used = [event for event in events if isinstance(event.data, NextBestActionChanged | ContactEvent | OfferResponse)]
    await decisions.lock_customers(uow.connection, sorted({event.key for event in used}))
    changes = [event for event in used if isinstance(event.data, NextBestActionChanged)]
    await restore_actions(uow, [event.data for event in changes])
    classes = await _contact_classes(
        uow, [event for event in used if not isinstance(event.data, NextBestActionChanged)]
    )
    restored = [event for event in used if event.id in classes]
    policy = (await CONTACT_POLICY.in_force(uow.connection)).policy
    slots = [(event.data, classes[event.id]) for event in restored if isinstance(event.data, ContactEvent)]
    await restore_slots(uow, slots, policy)
    responses = [(event, classes[event.id]) for event in restored if isinstance(event.data, OfferResponse)]
    await restore_responses(uow, responses)
    return {event.id for event in events} - {event.id for event in (*changes, *restored)}


async def _contact_classes(uow: UnitOfWork, events: Sequence[Event[Any]]) -> Classes:
    """Return the classes of the events whose offer version is stored; the event itself does not carry the class."""
    terms = await offers.find_terms_of_versions(uow.connection, {_version(event.data.offer) for event in events})
    return {
        event.id: terms[version].contact_class for event in events if (version := _version(event.data.offer)) in terms
    }


def _version(offer: OfferRef) -> tuple[UUID, int]:
    return offer.offer_id, offer.version
