"""Due actions: look again at scores that time changes, and at those of an earlier policy or model."""

from collections.abc import Sequence

from churn_scoring.policy import repository as releases
from churn_scoring.scoring import repository
from churn_scoring.scoring.evaluating import evaluate
from churn_scoring.scoring.record import Score
from lealtad.unit_of_work import UnitOfWork


async def rescore_due(uow: UnitOfWork, limit: int) -> int:
    """Evaluate customers whose published score changes by time alone; return how many."""
    return await _rescore(uow, await repository.lock_due(uow.connection, uow.now, limit), "rescore")


async def rescore_outdated(uow: UnitOfWork, limit: int) -> int:
    """Evaluate customers whose score comes from an earlier release; return how many."""
    release = await releases.in_force(uow.connection)
    outdated = await repository.lock_outdated(uow.connection, release.id, limit)
    return await _rescore(uow, outdated, "apply-release")


async def _rescore(uow: UnitOfWork, scores: Sequence[Score], action: str) -> int:
    if scores:
        causes = {score.customer_id: [uow.due_cause(score.customer_id, action)] for score in scores}
        await evaluate(uow, scores, causes, by_time_alone=True)
    return len(scores)
