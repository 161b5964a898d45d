"""Due work: reservations that were not confirmed in time are free again."""

from uuid import UUID

from campaigns.contacts import repository, slots
from campaigns.decisions import repository as decisions
from campaigns.decisions.deciding import decide_standing
from lealtad.events.catalog.campaigns import ContactReleased
from lealtad.events.cause import Cause
from lealtad.unit_of_work import UnitOfWork

EXPIRED = "expired"


async def take_expired(uow: UnitOfWork, limit: int) -> int:
    """Release expired reservations of at most `limit` customers and decide anew for them; return how many they were."""
    customers = await repository.customers_with_expired(uow.connection, uow.now, limit)
    if not customers:
        return 0
    await decisions.lock(uow.connection, customers)
    causes: dict[UUID, list[Cause]] = {}
    for slot in await repository.release_expired(uow.connection, customers, uow.now):
        cause = uow.due_cause(slot.customer_id, "expire-reservation")
        release = ContactReleased(**slots.event_fields(slot, uow), reason=EXPIRED)
        ref = uow.emit(release, key=slot.customer_id, causes=[cause])
        causes.setdefault(slot.customer_id, []).append(ref.cause)
    await decide_standing(uow, dict(sorted(causes.items())))
    return len(customers)
