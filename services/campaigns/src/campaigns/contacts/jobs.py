"""Due work: reservations that were not confirmed in time are free again."""

from uuid import UUID

from campaigns.decisions import repository as decisions
from campaigns.decisions.reaction import decide_standing
from campaigns.ledger import events, repository
from lealtad.events.cause import Cause
from lealtad.unit_of_work import UnitOfWork


async def take_expired(uow: UnitOfWork, limit: int) -> int:
    """Release expired reservations of at most `limit` customers and decide anew for them; return how many they were."""
    customers = await repository.customers_with_expired(uow.connection, uow.now, limit)
    if not customers:
        return 0
    await decisions.lock(uow.connection, customers)
    causes: dict[UUID, list[Cause]] = {}
    for slot in await repository.release_expired(uow.connection, customers, uow.now):
        cause = uow.due_cause(slot.customer_id, "expire-reservation")
        ref = uow.emit(events.released(slot, uow.now), key=slot.customer_id, causes=[cause])
        causes.setdefault(slot.customer_id, []).append(ref.cause)
    await decide_standing(uow, dict(sorted(causes.items())))
    return len(customers)
