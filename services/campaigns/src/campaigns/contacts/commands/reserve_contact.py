"""Reserve a slot for the contact of a decision."""

from datetime import datetime, timedelta

from campaigns.contacts.commands.spend_slot import add_slot, is_held
from campaigns.contacts.queries.permission import require_permission
from campaigns.contacts.schemas import Contact, ContactReservation
from campaigns.decisions import repository as decisions
from campaigns.decisions.queries import read_decision_row
from campaigns.decisions.reaction import decide_current_actions
from campaigns.domain.customer import ContactStatus
from campaigns.ledger import events, repository
from campaigns.ledger.commands import EXPIRED, release_slot
from campaigns.policy.models import CONTACT_POLICY
from lealtad.db import Row
from lealtad.events.cause import Lane
from lealtad.http import Answer, InvalidField, conflict, invalid
from lealtad.unit_of_work import UnitOfWork


async def reserve_contact(uow: UnitOfWork, request: ContactReservation) -> Answer:
    """Reserve a slot for a decision's action: 201, or 200 with the slot that the decision has; 409 if it is forbidden.

    The slot is for now, or for a later moment in contact hours while the decision is still valid. A decision that only
    a backfill led to is refused, because it must not lead to a contact.
    """
    decision = await read_decision_row(uow, request.decision_id)
    _require_live_action(decision)
    await decisions.lock_customers(uow.connection, [decision.customer_id])
    slot = await repository.find_of_decision(uow.connection, decision.decision_id)
    if slot is not None and slot.status == ContactStatus.CONFIRMED:
        return Answer(Contact.model_validate(slot))
    if slot is not None and is_held(slot, uow):
        await _require_same_moment(uow, slot, request)
        await require_permission(uow, decision, slot, max(slot.at, uow.now))
        return Answer(Contact.model_validate(slot))
    if slot is not None:
        await release_slot(uow, slot, EXPIRED)
    moment = await _requested_moment(uow, request)
    reserved = await add_slot(uow, decision, ContactStatus.RESERVED, moment)
    ref = uow.emit(events.contact_reserved(reserved, uow.now), key=reserved.customer_id)
    await decide_current_actions(uow, {reserved.customer_id: [ref.cause]})
    return Answer(Contact.model_validate(reserved), status=201)


def _require_live_action(decision: Row) -> None:
    if decision.offer_id is None:
        raise conflict("no-action", "The decision is to do nothing", "There is nothing to contact the customer with.")
    if decision.lane == Lane.BACKFILL:
        raise conflict(
            "decision-from-backfill",
            "Only loaded history led to the decision",
            "Do not contact the customer for it: wait for the next decision, which a live event or time brings. For a "
            "customer who is before you ask with POST /v1/decisions.",
        )


async def _requested_moment(uow: UnitOfWork, request: ContactReservation) -> datetime:
    """Return the time of the contact; a time that is past by no more than clocks differ is now."""
    if request.contact_at is None or request.contact_at >= uow.now:
        return request.contact_at or uow.now
    if uow.now - request.contact_at > await _read_tolerance(uow):
        error = InvalidField(pointer="/contact_at", message="lies in the past")
        raise invalid("Send the time at which the contact will be made, or leave it out for now.", [error])
    return uow.now


async def _read_tolerance(uow: UnitOfWork) -> timedelta:
    return (await CONTACT_POLICY.in_force(uow.connection)).policy.clock_tolerance


async def _require_same_moment(uow: UnitOfWork, slot: Row, request: ContactReservation) -> None:
    """Raise 409 where the slot is held for another moment than the one asked for, by more than clocks differ."""
    if request.contact_at in {None, slot.at}:
        return
    # A repetition sends the time that was past when the slot was reserved for the present.
    if not timedelta(0) <= slot.at - request.contact_at <= await _read_tolerance(uow):
        raise conflict(
            "reserved-for-another-moment",
            "The slot is held for another moment",
            "Make the contact at the time for which it is reserved, or release the contact and reserve it anew.",
            contact_id=slot.contact_id,
            at=slot.at,
        )
