"""Reserve a contact."""

from datetime import datetime

from campaigns.contacts.commands.spend_slot import take
from campaigns.contacts.queries.permission import permit
from campaigns.contacts.schemas import ContactOut, Reservation
from campaigns.decisions import repository as decisions
from campaigns.decisions.queries import existing
from campaigns.decisions.reaction import decide_standing
from campaigns.domain.customer import ContactStatus
from campaigns.ledger import events, repository
from campaigns.ledger.commands import EXPIRED, is_held, release_slot
from lealtad.db import Row
from lealtad.events.cause import Lane
from lealtad.http import Answer, InvalidField, conflict, invalid
from lealtad.unit_of_work import UnitOfWork


async def reserve(uow: UnitOfWork, wanted: Reservation) -> Answer:
    """Hold a slot for a decision's action: 201, or 200 with the one it holds; 409 where no contact is allowed.

    The slot is for now, or for a later moment in contact hours, at which the decision still holds. What only a backfill
    led to never leads to a contact.
    """
    decision = await existing(uow, wanted.decision_id)
    if decision.offer_id is None:
        raise conflict("no-action", "The decision is to do nothing", "There is nothing to contact the customer with.")
    if decision.lane == Lane.BACKFILL:
        raise conflict(
            "decision-from-backfill",
            "Only loaded history led to the decision",
            "Do not contact the customer for it: wait for the next decision, which a live event or time brings. For a "
            "customer who is before you ask with POST /v1/decisions.",
        )
    await decisions.lock(uow.connection, [decision.customer_id])
    held = await repository.of_decision(uow.connection, decision.decision_id)
    if held is not None and held.status == ContactStatus.CONFIRMED:
        return Answer(ContactOut.model_validate(held))
    if held is not None and is_held(held, uow):
        _require_same_moment(held, wanted)
        await permit(uow, decision, held, max(held.at, uow.now))
        return Answer(ContactOut.model_validate(held))
    if held is not None:
        await release_slot(uow, held, EXPIRED)
    slot = await take(uow, decision, ContactStatus.RESERVED, _moment_of(wanted, uow.now))
    ref = uow.emit(events.reserved(slot, uow.now), key=slot.customer_id)
    await decide_standing(uow, {slot.customer_id: [ref.cause]})
    return Answer(ContactOut.model_validate(slot), status=201)


def _moment_of(wanted: Reservation, now: datetime) -> datetime:
    if wanted.contact_at is None:
        return now
    if wanted.contact_at < now:
        error = InvalidField(pointer="/contact_at", message="lies in the past")
        raise invalid("Send the time at which the contact will be made, or leave it out for now.", [error])
    return wanted.contact_at


def _require_same_moment(held: Row, wanted: Reservation) -> None:
    if wanted.contact_at not in {None, held.at}:
        raise conflict(
            "reserved-for-another-moment",
            "The slot is held for another moment",
            "Make the contact at the time for which it is reserved, or release the contact and reserve it anew.",
            contact_id=held.contact_id,
            at=held.at,
        )
