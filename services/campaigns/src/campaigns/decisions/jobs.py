"""Due actions: review customers whose best action may change by time, by new rules, or by fresh inputs."""

from collections.abc import Sequence
from uuid import UUID

from campaigns.decisions import repository
from campaigns.decisions.inputs.queries.current import load_rules
from campaigns.decisions.reaction import decide_current_actions
from lealtad.due import act_on
from lealtad.events.cause import Lane
from lealtad.unit_of_work import UnitOfWork


async def review_due_actions(uow: UnitOfWork, limit: int) -> int:
    """Decide again for at most `limit` customers who are due by time or rules; return their number."""
    for why in ("time", "rules"):
        if reviewed := await _review(uow, why, limit):
            return reviewed
    return 0


async def review_waiting_actions(uow: UnitOfWork, limit: int) -> int:
    """Decide again for at most `limit` customers who wait for fresh inputs; return their number.

    Return 0 while inputs are still too old.
    """
    if (await load_rules(uow)).stale:
        return 0
    return await _review(uow, "inputs", limit)


async def _review(uow: UnitOfWork, why: str, limit: int) -> int:
    due = await repository.lock_due_customers(uow.connection, why, uow.now, limit)

    async def decide(customers: Sequence[UUID]) -> None:
        # Fresh inputs are no cause of their own: a decision that a backfill led to stays in its lane.
        lanes = await repository.find_lanes(uow.connection, customers) if why == "inputs" else {}
        causes = {c: [uow.due_cause(c, f"review-{why}", lanes.get(c, Lane.LIVE))] for c in customers}
        await decide_current_actions(uow, causes)

    await act_on(uow, f"review-{why}", due, decide, repository.postpone)
    return len(due)
