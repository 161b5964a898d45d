"""Release the slot of a contact that will not take place."""

from uuid import UUID

from campaigns.contacts.queries.contacts import read_slot
from campaigns.contacts.schemas import Contact
from campaigns.decisions import repository as decisions
from campaigns.decisions.reaction import decide_current_actions
from campaigns.domain.customer import ContactStatus
from campaigns.ledger.commands import release_slot
from lealtad.db import Row
from lealtad.http import Answer, conflict
from lealtad.unit_of_work import UnitOfWork


async def release_contact(uow: UnitOfWork, contact_id: UUID, reason: str) -> Answer:
    """Release a reserved slot: 200, also if the slot is free already; 409 if the contact took place."""
    slot = await _lock_slot(uow, contact_id)
    if slot.status == ContactStatus.CONFIRMED:
        raise conflict("contact-took-place", "The contact took place", "A contact that took place is not undone.")
    if slot.status == ContactStatus.RESERVED:
        slot, ref = await release_slot(uow, slot, reason)
        await decide_current_actions(uow, {slot.customer_id: [ref.cause]})
    return Answer(Contact.model_validate(slot))


async def _lock_slot(uow: UnitOfWork, contact_id: UUID) -> Row:
    """Lock the customer of a slot and return the slot as it is after that."""
    slot = await read_slot(uow, contact_id)
    await decisions.lock_customers(uow.connection, [slot.customer_id])
    return await read_slot(uow, contact_id)
