"""Restore slots of the contact ledger from published events."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from campaigns.domain.customer import ContactStatus
from campaigns.domain.ledger import counts_against_caps
from campaigns.domain.offers import ContactClass
from campaigns.domain.policy import ContactPolicy
from campaigns.ledger import repository
from lealtad.events.catalog.campaigns import ContactConfirmed, ContactEvent, ContactReleased, ContactReserved
from lealtad.unit_of_work import UnitOfWork

STATUS = {
    ContactReserved: ContactStatus.RESERVED,
    ContactConfirmed: ContactStatus.CONFIRMED,
    ContactReleased: ContactStatus.RELEASED,
}


async def restore_slots(
    uow: UnitOfWork, contacts: Sequence[tuple[ContactEvent, ContactClass]], policy: ContactPolicy
) -> None:
    """Store each slot as its last event describes it; the customers must be locked."""
    newest: dict[UUID, dict[str, Any]] = {}
    for contact, class_ in contacts:
        newest[contact.contact_id] = _row(contact, class_, counts=counts_against_caps(class_, contact.channel, policy))
    await repository.restore_slots(uow.connection, list(newest.values()))


def _row(contact: ContactEvent, class_: ContactClass, *, counts: bool) -> dict[str, Any]:
    reserved_for = contact.contact_at if isinstance(contact, ContactReserved) else None
    return {
        "contact_id": contact.contact_id,
        "customer_id": contact.customer_id,
        "decision_id": contact.decision_id,
        "offer_id": contact.offer.offer_id,
        "offer_key": contact.offer.key,
        "offer_version": contact.offer.version,
        "offer_kind": contact.offer.kind,
        "contact_class": class_,
        "channel": contact.channel,
        "counts": counts,
        "status": STATUS[type(contact)],
        "at": reserved_for or contact.occurred_at,
        "expires_at": contact.expires_at if isinstance(contact, ContactReserved) else None,
        "release_reason": contact.reason if isinstance(contact, ContactReleased) else None,
        "rule": contact.rule if isinstance(contact, ContactReleased | ContactConfirmed) else None,
    }
