"""Add and spend slots of the ledger under the customer's lock, so that two channels never spend the last slot twice."""

from datetime import datetime, timedelta
from typing import Any

from campaigns.contacts.queries.permission import require_permission
from campaigns.domain.customer import ContactStatus
from campaigns.domain.permission import Permission, find_next_end
from campaigns.ledger import events, repository
from campaigns.ledger.commands import EXPIRED, release_slot
from lealtad.db import Row
from lealtad.events.catalog.customer_profile import Channel
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork


async def add_slot(uow: UnitOfWork, decision: Row, status: ContactStatus, at: datetime) -> Row:
    """Insert a slot for a contact at `at` with a decision's action; raise 409 with the rule that forbids it.

    The customer must be locked.
    """
    permission, channel = await require_permission(uow, decision, None, at), Channel(decision.channel)
    reserved = status is ContactStatus.RESERVED
    return await repository.add(
        uow.connection,
        new_slot(decision)
        | {
            "counts": permission.counts_on(channel),
            "status": status,
            "at": at,
            "expires_at": _expires_at(permission, channel, at) if reserved else None,
        },
    )


async def spend_slot(uow: UnitOfWork, decision: Row, at: datetime) -> Row:
    """Spend the reserved slot of a decision, or a new slot, for a contact that takes place at `at`.

    Raise 409 with the rule that forbids the contact. Emit ContactConfirmed. The customer must be locked.
    """
    slot = await repository.find_of_decision(uow.connection, decision.decision_id)
    if slot is not None and is_held(slot, uow):
        permission = await require_permission(uow, decision, slot, at)
        counts = permission.counts_on(Channel(slot.channel))
        spent = await repository.change(
            uow.connection, slot.contact_id, status=ContactStatus.CONFIRMED, at=at, expires_at=None, counts=counts
        )
    else:
        if slot is not None:
            await release_slot(uow, slot, EXPIRED)
        spent = await add_slot(uow, decision, ContactStatus.CONFIRMED, at)
    uow.emit(events.contact_confirmed(spent), key=spent.customer_id)
    return spent


def new_slot(decision: Row) -> dict[str, Any]:
    """Return the columns that a new slot takes from its decision."""
    return {
        "contact_id": new_id(),
        "customer_id": decision.customer_id,
        "decision_id": decision.decision_id,
        "offer_id": decision.offer_id,
        "offer_key": decision.offer_key,
        "offer_version": decision.offer_version,
        "offer_kind": decision.offer_kind,
        "contact_class": decision.contact_class,
        "channel": decision.channel,
    }


def is_held(slot: Row, uow: UnitOfWork) -> bool:
    """Return whether a slot is reserved and has not expired."""
    return slot.status == ContactStatus.RESERVED and bool(slot.expires_at > uow.now)


def _expires_at(permission: Permission, channel: Channel, at: datetime) -> datetime:
    """Return the moment until which a slot for a contact at `at` is held.

    The moment is not after the end of the offer, or of the consent, that the contact depends on.
    """
    latest = at + timedelta(minutes=permission.policy.reservation_minutes)
    end = find_next_end(permission.offer, channel, permission.customer, at)
    return min(latest, end) if end else latest
