"""Due action: release reservations that were not confirmed in time."""

from uuid import UUID

from campaigns.decisions import repository as decisions
from campaigns.decisions.reaction import decide_current_actions
from campaigns.ledger import events, repository
from lealtad.events.cause import Cause
from lealtad.unit_of_work import UnitOfWork


async def release_expired_reservations(uow: UnitOfWork, limit: int) -> int:
    """Release expired reservations of at most `limit` customers and decide again; return the number of customers."""
    customers = await repository.find_customers_with_expired(uow.connection, uow.now, limit)
    if not customers:
        return 0
    await decisions.lock_customers(uow.connection, customers)
    causes: dict[UUID, list[Cause]] = {}
    for slot in await repository.release_expired(uow.connection, customers, uow.now):
        cause = uow.due_cause(slot.customer_id, "expire-reservation")
        ref = uow.emit(events.contact_released(slot, uow.now), key=slot.customer_id, causes=[cause])
        causes.setdefault(slot.customer_id, []).append(ref.cause)
    await decide_current_actions(uow, dict(sorted(causes.items())))
    return len(customers)
