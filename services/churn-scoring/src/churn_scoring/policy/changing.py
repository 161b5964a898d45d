"""Use cases: read and change the scoring policy."""

from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.policy import repository
from churn_scoring.policy.schemas import VersionedPolicy
from lealtad.http import Answer, require_match
from lealtad.unit_of_work import UnitOfWork


async def read_policy(uow: UnitOfWork) -> Answer:
    """Return the policy in force with its version as ETag."""
    release = await repository.in_force(uow.connection)
    return await _shown(uow, release.policy_version)


async def change_policy(uow: UnitOfWork, wanted: ScoringPolicy, *, if_match: str | None, by: str) -> Answer:
    """Put `wanted` in force as the next version; 412 or 428 without the ETag of the present one."""
    release = await repository.in_force_locked(uow.connection)
    require_match(if_match, release.policy_version, required=True)
    version = release.policy_version + 1
    document = wanted.model_dump(mode="json")
    await repository.add_policy(uow.connection, document, version=version, at=uow.now, by=by)
    await repository.add_release(
        uow.connection, policy_version=version, model_version=release.model_version, at=uow.now
    )
    return await _shown(uow, version)


async def _shown(uow: UnitOfWork, version: int) -> Answer:
    row = await repository.read_policy(uow.connection, version)
    shown = VersionedPolicy(
        version=version,
        policy=ScoringPolicy.model_validate(row["document"]),
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
    )
    return Answer(shown, etag=version)
