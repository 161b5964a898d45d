"""Use cases: read and change the intake policy."""

from customer_profile.intake import repository
from customer_profile.intake.schemas import IntakePolicyIn
from lealtad.http import Answer, require_match
from lealtad.unit_of_work import UnitOfWork


async def read_policy(uow: UnitOfWork) -> Answer:
    """Return the policy in force with its version as ETag."""
    policy = await repository.in_force(uow.connection)
    return Answer(policy, etag=policy.version)


async def change_policy(uow: UnitOfWork, wanted: IntakePolicyIn, *, if_match: str | None, by: str) -> Answer:
    """Put `wanted` in force as the next version; 412 or 428 without the ETag of the present one."""
    current = await repository.in_force_locked(uow.connection)
    require_match(if_match, current.version, required=True)
    await repository.add_version(uow.connection, wanted, version=current.version + 1, at=uow.now, by=by)
    return await read_policy(uow)
