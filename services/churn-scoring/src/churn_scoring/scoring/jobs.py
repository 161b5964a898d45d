"""Due actions: look again at scores that time changes, and at those of an earlier policy or model."""

from collections.abc import Sequence
from uuid import UUID

from churn_scoring.policy import repository as releases
from churn_scoring.scoring import repository
from churn_scoring.scoring.reaction import evaluate
from lealtad.due import act_on
from lealtad.unit_of_work import UnitOfWork


async def rescore_due(uow: UnitOfWork, limit: int) -> int:
    """Evaluate customers whose published score changes by time alone; return how many."""
    return await _rescore(uow, await repository.lock_due(uow.connection, uow.now, limit), "rescore")


async def rescore_outdated(uow: UnitOfWork, limit: int) -> int:
    """Evaluate customers whose score comes from an earlier release; return how many."""
    release = await releases.in_force(uow.connection)
    outdated = await repository.lock_outdated(uow.connection, release.id, limit)
    return await _rescore(uow, outdated, "apply-release")


async def _rescore(uow: UnitOfWork, customer_ids: Sequence[UUID], action: str) -> int:
    async def act(ids: Sequence[UUID]) -> None:
        causes = {customer_id: [uow.due_cause(customer_id, action)] for customer_id in ids}
        await evaluate(uow, await repository.lock(uow.connection, ids), causes, by_time_alone=True)

    await act_on(uow, action, customer_ids, act, repository.postpone)
    return len(customer_ids)
