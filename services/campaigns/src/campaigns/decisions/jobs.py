"""Due work: customers for whom time, other rules, or inputs that are fresh again may change the best action."""

from collections.abc import Sequence
from uuid import UUID

from campaigns.decisions import repository
from campaigns.decisions.inputs.queries.current import rules_in_force
from campaigns.decisions.reaction import decide_standing
from lealtad.due import act_on
from lealtad.events.cause import Lane
from lealtad.unit_of_work import UnitOfWork


async def run_due(uow: UnitOfWork, limit: int) -> int:
    """Decide anew for at most `limit` customers who are due by time or rules; return how many they were."""
    for why in ("time", "rules"):
        if taken := await _review(uow, why, limit):
            return taken
    return 0


async def take_waiting(uow: UnitOfWork, limit: int) -> int:
    """Decide anew, once inputs are fresh again, where promotions rested because they were old; return how many."""
    if (await rules_in_force(uow)).stale:
        return 0
    return await _review(uow, "inputs", limit)


async def _review(uow: UnitOfWork, why: str, limit: int) -> int:
    due = await repository.run_due(uow.connection, why, uow.now, limit)

    async def decide(customers: Sequence[UUID]) -> None:
        # That inputs are fresh again is no reason of its own: what a backfill led to stays in its lane.
        lanes = await repository.lanes(uow.connection, customers) if why == "inputs" else {}
        causes = {c: [uow.due_cause(c, f"review-{why}", lanes.get(c, Lane.LIVE))] for c in customers}
        await decide_standing(uow, causes)

    await act_on(uow, f"review-{why}", due, decide, repository.postpone)
    return len(due)
