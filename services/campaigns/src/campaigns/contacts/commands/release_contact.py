"""Release a contact that will not take place."""

from uuid import UUID

from campaigns.contacts.schemas import ContactOut
from campaigns.decisions import repository as decisions
from campaigns.decisions.reaction import decide_standing
from campaigns.domain.customer import ContactStatus
from campaigns.ledger import repository
from campaigns.ledger.commands import release_slot
from lealtad.db import Row
from lealtad.http import Answer, conflict, not_found
from lealtad.unit_of_work import UnitOfWork


async def release(uow: UnitOfWork, contact_id: UUID, reason: str) -> Answer:
    """Free a reserved slot; 200 also where it is free already, 409 once the contact took place."""
    slot = await _locked(uow, contact_id)
    if slot.status == ContactStatus.CONFIRMED:
        raise conflict("contact-took-place", "The contact took place", "A contact that took place is not undone.")
    if slot.status == ContactStatus.RESERVED:
        slot = await _release(uow, slot, reason)
    return Answer(ContactOut.model_validate(slot))


async def _locked(uow: UnitOfWork, contact_id: UUID) -> Row:
    slot = await repository.read(uow.connection, contact_id)
    if slot is None:
        raise not_found("contact", contact_id)
    await decisions.lock(uow.connection, [slot.customer_id])
    return await repository.read(uow.connection, contact_id) or slot


async def _release(uow: UnitOfWork, slot: Row, reason: str) -> Row:
    freed, ref = await release_slot(uow, slot, reason)
    await decide_standing(uow, {freed.customer_id: [ref.cause]})
    return freed
