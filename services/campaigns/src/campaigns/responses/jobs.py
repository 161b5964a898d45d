"""Due work: a presented offer that nobody answers counts as declined; else only those who speak would teach."""

from collections import Counter

from campaigns.domain.propensity import Tally
from campaigns.learning import repository as learning
from campaigns.responses import repository
from lealtad.unit_of_work import UnitOfWork


async def take_unanswered(uow: UnitOfWork, limit: int) -> int:
    """Count at most `limit` unanswered offers as declined; return how many they were."""
    late = await repository.take_unanswered(uow.connection, uow.now, limit)
    if late:
        declined = Counter(cell for _, cell in late if cell)
        await learning.count(uow.connection, {cell: Tally(rejected=number) for cell, number in declined.items()})
    for customer_id, _ in late:
        uow.due_cause(customer_id, "count-unanswered-offer-as-declined")
    return len(late)
