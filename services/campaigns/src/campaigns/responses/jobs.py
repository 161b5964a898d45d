"""Due action: count unanswered offers as declined. Without it only customers who answer would teach propensities."""

from collections import Counter

from campaigns.domain.propensity import Tally
from campaigns.learning import repository as learning
from campaigns.responses import repository
from lealtad.unit_of_work import UnitOfWork


async def count_unanswered_offers(uow: UnitOfWork, limit: int) -> int:
    """Count at most `limit` unanswered offers as declined; return their number."""
    unanswered = await repository.close_unanswered(uow.connection, uow.now, limit)
    if unanswered:
        declined = Counter(cell for _, cell in unanswered if cell)
        await learning.add_tallies(uow.connection, {cell: Tally(rejected=number) for cell, number in declined.items()})
    for customer_id, _ in unanswered:
        uow.due_cause(customer_id, "count-unanswered-offer-as-declined")
    return len(unanswered)
