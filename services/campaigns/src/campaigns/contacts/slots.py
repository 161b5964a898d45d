"""Slots of the contact ledger: taken under the customer's lock, so that two channels never spend the last one twice."""

from datetime import timedelta
from typing import Any

from campaigns.contacts import repository
from campaigns.decisions.subjects import RulesInForce, customers_as_they_stand, rules_in_force
from campaigns.domain.customer import ContactStatus
from campaigns.domain.offers import ContactClass
from campaigns.domain.rules import objection
from lealtad.db import Row
from lealtad.events.catalog.campaigns import ContactConfirmed, ContactEvent, OfferKind, OfferRef
from lealtad.events.catalog.customer_profile import Channel
from lealtad.http import conflict
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork


async def take(uow: UnitOfWork, decision: Row, status: ContactStatus) -> Row:
    """Take a slot for a decision's action, or raise 409 with the rule that forbids the contact now.

    The customer must be locked.
    """
    rules = await rules_in_force(uow)
    await _permit(uow, decision, rules)
    policy, channel = rules.policy, Channel(decision.channel)
    reserved = status is ContactStatus.RESERVED
    promotional = decision.contact_class == ContactClass.PROMOTIONAL
    return await repository.add(
        uow.connection,
        {
            "contact_id": new_id(),
            "customer_id": decision.customer_id,
            "decision_id": decision.decision_id,
            "offer_id": decision.offer_id,
            "offer_key": decision.offer_key,
            "offer_version": decision.offer_version,
            "offer_kind": decision.offer_kind,
            "contact_class": decision.contact_class,
            "channel": decision.channel,
            "counts": promotional and policy.channel(channel).counts,
            "status": status,
            "at": uow.now,
            "expires_at": uow.now + timedelta(minutes=policy.reservation_minutes) if reserved else None,
        },
    )


async def spend(uow: UnitOfWork, decision: Row) -> Row:
    """Let a contact that takes place spend its slot: the one reserved for it, or a new one; 409 where there is none.

    Emits ContactConfirmed. The customer must be locked.
    """
    slot = await repository.of_decision(uow.connection, decision.decision_id)
    if slot is not None and is_held(slot, uow):
        spent = await repository.change(
            uow.connection, slot.contact_id, status=ContactStatus.CONFIRMED, at=uow.now, expires_at=None
        )
    else:
        if slot is not None:
            await repository.change(
                uow.connection, slot.contact_id, status=ContactStatus.RELEASED, release_reason="expired"
            )
        spent = await take(uow, decision, ContactStatus.CONFIRMED)
    uow.emit(ContactConfirmed(**event_fields(spent, uow)), key=spent.customer_id)
    return spent


def is_held(slot: Row, uow: UnitOfWork) -> bool:
    """Return whether a slot is reserved and has not expired."""
    return slot.status == ContactStatus.RESERVED and bool(slot.expires_at > uow.now)


def event_fields(slot: Row, uow: UnitOfWork) -> dict[str, Any]:
    """Return what events about `slot` have in common."""
    offer = OfferRef(
        offer_id=slot.offer_id, key=slot.offer_key, version=slot.offer_version, kind=OfferKind(slot.offer_kind)
    )
    common = ContactEvent(
        customer_id=slot.customer_id,
        contact_id=slot.contact_id,
        decision_id=slot.decision_id,
        offer=offer,
        channel=Channel(slot.channel),
        occurred_at=uow.now,
    )
    return {name: getattr(common, name) for name in ContactEvent.model_fields}


async def _permit(uow: UnitOfWork, decision: Row, rules: RulesInForce) -> None:
    if decision.valid_until <= uow.now:
        raise conflict(
            "decision-expired", "The decision has expired", "Read the next-best action again, or ask for a decision."
        )
    offer = rules.offer(decision.offer_id)
    if offer is None:
        raise conflict("offer-withdrawn", "The offer was withdrawn", "Read the next-best action again.")
    (customer,) = await customers_as_they_stand(uow, [decision.customer_id], rules)
    at = rules.circumstances(customer, uow.now, decision.valid_until)
    if finding := objection(offer, Channel(decision.channel), customer, at):
        raise conflict(
            "contact-not-allowed",
            "This contact is not allowed now",
            f"Do not make it: {finding.detail}. Read the next-best action again.",
            rule=finding.rule,
            until=finding.until,
        )
