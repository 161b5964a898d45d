"""Slots of the contact ledger: taken under the customer's lock, so that two channels never spend the last one twice."""

from datetime import datetime, timedelta
from typing import Any

from campaigns.contacts.queries.permission import Permission, permit
from campaigns.domain.customer import ContactStatus
from campaigns.domain.permission import ends_by_time
from campaigns.ledger import events, repository
from campaigns.ledger.commands import EXPIRED, is_held, release_slot
from lealtad.db import Row
from lealtad.events.catalog.customer_profile import Channel
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork


async def take(uow: UnitOfWork, decision: Row, status: ContactStatus, at: datetime) -> Row:
    """Take a slot for a contact at `at` with a decision's action, or raise 409 with the rule that forbids it.

    The customer must be locked.
    """
    permission, channel = await permit(uow, decision, None, at), Channel(decision.channel)
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


async def spend(uow: UnitOfWork, decision: Row, at: datetime) -> Row:
    """Let a contact that takes place at `at` spend its slot: the one reserved for it, or a new one.

    409 with the rule where the contact is not allowed. Emits ContactConfirmed. The customer must be locked.
    """
    slot = await repository.of_decision(uow.connection, decision.decision_id)
    if slot is not None and is_held(slot, uow):
        permission = await permit(uow, decision, slot, at)
        counts = permission.counts_on(Channel(slot.channel))
        spent = await repository.change(
            uow.connection, slot.contact_id, status=ContactStatus.CONFIRMED, at=at, expires_at=None, counts=counts
        )
    else:
        if slot is not None:
            await release_slot(uow, slot, EXPIRED)
        spent = await take(uow, decision, ContactStatus.CONFIRMED, at)
    uow.emit(events.confirmed(spent), key=spent.customer_id)
    return spent


def new_slot(decision: Row) -> dict[str, Any]:
    """Return what a new slot says about the decision that it is for."""
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


def _expires_at(permission: Permission, channel: Channel, at: datetime) -> datetime:
    """Return until when a slot for a contact at `at` is held.

    Not beyond the end of the offer, or of the consent, that it rests on.
    """
    latest = at + timedelta(minutes=permission.policy.reservation_minutes)
    ends = ends_by_time(permission.offer, channel, permission.customer, at)
    return min(latest, ends) if ends else latest
