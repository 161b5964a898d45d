"""Commands of the scoring policy."""

from uuid import UUID, uuid5

from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.policy import repository
from churn_scoring.policy.models import SCORING_POLICY
from lealtad.events.catalog.churn_scoring import ScoringPolicyChanged
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork

POLICY_ID = uuid5(UUID(int=0), "lealtad:scoring-policy")
"""Key of the policy's events. There is only one policy."""


async def change_policy(uow: UnitOfWork, wanted: ScoringPolicy, *, if_match: str | None, by: str) -> Answer:
    """Insert `wanted` as the next version, and put it in force with the present model and level.

    Raises 428 without `if_match`, and 412 if it is not the present ETag.
    """
    release = await repository.lock_release_in_force(uow.connection)
    before = (await SCORING_POLICY.of_version(uow.connection, release.policy_version)).policy
    # A level was observed for its horizon, so it holds for no other.
    same_horizon = before.horizon_days == wanted.horizon_days
    level = await repository.read_level(uow.connection, release.id) if same_horizon else None
    changed = await SCORING_POLICY.replace(uow, wanted, if_match=if_match, by=by)
    await repository.insert_release(
        uow.connection,
        policy_version=changed.version,
        model_version=release.model_version,
        at=uow.now,
        level=level,
    )
    bands = [band.name for band in wanted.bands]
    event = ScoringPolicyChanged(version=changed.version, bands=bands, changed_at=changed.changed_at)
    uow.emit(event, key=POLICY_ID)
    return SCORING_POLICY.answer(changed)
