"""Commands on slots of the contact ledger; the customer must be locked."""

from campaigns.domain.customer import ContactStatus
from campaigns.ledger import events, repository
from lealtad.db import Row
from lealtad.events.envelope import EventRef
from lealtad.unit_of_work import UnitOfWork

EXPIRED = "expired"


async def release_slot(uow: UnitOfWork, slot: Row, reason: str) -> tuple[Row, EventRef]:
    """Free a reserved slot, emit ContactReleased, and return both; the customer must be locked."""
    freed = await repository.change(
        uow.connection, slot.contact_id, status=ContactStatus.RELEASED, release_reason=reason
    )
    return freed, uow.emit(events.released(freed, uow.now), key=freed.customer_id)


def is_held(slot: Row, uow: UnitOfWork) -> bool:
    """Return whether a slot is reserved and has not expired."""
    return slot.status == ContactStatus.RESERVED and bool(slot.expires_at > uow.now)
