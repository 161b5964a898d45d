"""Use cases: reserve, confirm and release a slot, and read a customer's ledger."""

from datetime import datetime
from uuid import UUID

from campaigns.contacts import events, repository, slots
from campaigns.contacts.permission import permit
from campaigns.contacts.schemas import ContactOut, Reservation
from campaigns.decisions import repository as decisions
from campaigns.decisions.deciding import decide_standing
from campaigns.decisions.reading import existing
from campaigns.decisions.resolving import resolve
from campaigns.domain.customer import ContactStatus
from lealtad.db import Row
from lealtad.events.cause import Lane
from lealtad.http import Answer, InvalidField, Page, PageQuery, conflict, invalid, not_found
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
    if held is not None and slots.is_held(held, uow):
        _require_same_moment(held, wanted)
        await permit(uow, decision, held, max(held.at, uow.now))
        return Answer(ContactOut.model_validate(held))
    if held is not None:
        await slots.release(uow, held, slots.EXPIRED)
    slot = await slots.take(uow, decision, ContactStatus.RESERVED, _moment_of(wanted, uow.now))
    ref = uow.emit(events.reserved(slot, uow.now), key=slot.customer_id)
    await decide_standing(uow, {slot.customer_id: [ref.cause]})
    return Answer(ContactOut.model_validate(slot), status=201)


async def release(uow: UnitOfWork, contact_id: UUID, reason: str) -> Answer:
    """Free a reserved slot; 200 also where it is free already, 409 once the contact took place."""
    slot = await _locked(uow, contact_id)
    if slot.status == ContactStatus.CONFIRMED:
        raise conflict("contact-took-place", "The contact took place", "A contact that took place is not undone.")
    if slot.status == ContactStatus.RESERVED:
        slot = await _release(uow, slot, reason)
    return Answer(ContactOut.model_validate(slot))


async def read_ledger(uow: UnitOfWork, reference: str, page: PageQuery) -> Page[ContactOut]:
    """Return a customer's contacts, newest first."""
    customer_id = await resolve(uow.connection, reference)
    before = page.after(datetime, UUID)
    rows = await repository.page(
        uow.connection, customer_id, before=(before[0], before[1]) if before else None, limit=page.limit
    )
    return Page.of(rows, page.limit, lambda row: (row.at, row.contact_id), ContactOut.model_validate)


async def decision_of(uow: UnitOfWork, contact_id: UUID) -> UUID:
    """Return the decision that a slot is for; 404 where there is no such slot."""
    slot = await repository.read(uow.connection, contact_id)
    if slot is None:
        raise not_found("contact", contact_id)
    decision_id: UUID = slot.decision_id
    return decision_id


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


async def _locked(uow: UnitOfWork, contact_id: UUID) -> Row:
    slot = await repository.read(uow.connection, contact_id)
    if slot is None:
        raise not_found("contact", contact_id)
    await decisions.lock(uow.connection, [slot.customer_id])
    return await repository.read(uow.connection, contact_id) or slot


async def _release(uow: UnitOfWork, slot: Row, reason: str) -> Row:
    freed, ref = await slots.release(uow, slot, reason)
    await decide_standing(uow, {freed.customer_id: [ref.cause]})
    return freed
