"""Commands on slots of the contact ledger."""

from campaigns.domain.customer import ContactStatus
from campaigns.ledger import events, repository
from lealtad.db import Row
from lealtad.events.envelope import EventRef
from lealtad.unit_of_work import UnitOfWork

EXPIRED = "expired"


async def release_slot(uow: UnitOfWork, slot: Row, reason: str) -> tuple[Row, EventRef]:
    """Release a reserved slot, emit ContactReleased, and return both. The customer must be locked."""
    released = await repository.change(
        uow.connection, slot.contact_id, status=ContactStatus.RELEASED, release_reason=reason
    )
    return released, uow.emit(events.contact_released(released, uow.now), key=released.customer_id)
