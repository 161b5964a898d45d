"""Commands of the scoring policy."""

from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.policy import repository
from churn_scoring.policy.models import SCORING_POLICY
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def change_policy(uow: UnitOfWork, wanted: ScoringPolicy, *, if_match: str | None, by: str) -> Answer:
    """Insert `wanted` as the next version, and put it in force with the present model.

    Raises 428 without `if_match`, and 412 if it is not the present ETag.
    """
    release = await repository.lock_release_in_force(uow.connection)
    changed = await SCORING_POLICY.replace(uow, wanted, if_match=if_match, by=by)
    await repository.insert_release(
        uow.connection, policy_version=changed.version, model_version=release.model_version, at=uow.now
    )
    return SCORING_POLICY.answer(changed)
