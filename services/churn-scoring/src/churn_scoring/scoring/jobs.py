"""Due actions of scores: reassessment when time changes a score, and after a new policy or model."""

from collections.abc import Sequence
from uuid import UUID

from churn_scoring.policy import repository as releases
from churn_scoring.scoring import repository
from churn_scoring.scoring.reaction import evaluate
from lealtad.due import DueAction, act_on
from lealtad.unit_of_work import UnitOfWork


async def rescore_due_customers(uow: UnitOfWork, limit: int) -> int:
    """Evaluate customers whose published score time alone changes, and return their number."""
    return await _rescore(uow, await repository.lock_due_customers(uow.connection, uow.now, limit), "rescore")


async def rescore_outdated_customers(uow: UnitOfWork, limit: int) -> int:
    """Evaluate customers whose score comes from an earlier release, and return their number."""
    release = await releases.read_release_in_force(uow.connection)
    outdated = await repository.lock_outdated_customers(uow.connection, release.id, limit)
    return await _rescore(uow, outdated, "apply-release")


async def _rescore(uow: UnitOfWork, customer_ids: Sequence[UUID], action: str) -> int:
    async def act(ids: Sequence[UUID]) -> None:
        causes = {customer_id: [uow.due_cause(customer_id, action)] for customer_id in ids}
        await evaluate(uow, await repository.lock_scores(uow.connection, ids), causes, by_time_alone=True)

    await act_on(uow, action, customer_ids, act, repository.postpone_score)
    return len(customer_ids)


DUE_ACTIONS = (
    DueAction("rescore", rescore_due_customers, repository.DUE),
    DueAction("apply-release", rescore_outdated_customers, repository.OUTDATED),
)
