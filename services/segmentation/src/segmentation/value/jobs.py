"""Boundaries of quintiles and tiers, computed from the whole base at the policy's fixed times."""

from dataclasses import replace
from datetime import UTC

from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.queries import rulebook
from segmentation.domain.boundaries import Boundaries
from segmentation.domain.sweeps import SweepReason
from segmentation.domain.value_policy import next_computation
from segmentation.memberships.repository import announcements as memberships
from segmentation.memberships.repository import sweeps
from segmentation.value.models import VALUE_POLICY
from segmentation.value.repository import boundaries as repository
from segmentation.value.repository import quantiles as base_repository


async def run_due(uow: UnitOfWork, _limit: int) -> int:
    """Compute the boundaries if they are due, and have those evaluated anew whom they move; return 1 if they were due.

    They wait for walks and for the customers that are due at the same time, whose amounts have windows that moved on.
    """
    connection = uow.connection
    if not await repository.lock_schedule(connection, uow.now):
        return 0
    if await sweeps.is_under_way(connection) or await memberships.is_anybody_due(connection, uow.now):
        return 0
    policy = await VALUE_POLICY.in_force(connection)
    known = await repository.current_boundaries(connection)
    found = await base_repository.compute(connection, policy.policy, uow.now.astimezone(UTC))
    if found is not None:
        known = replace(found, version=known.version + 1 if known else 1)
        await _put_in_force(uow, known, policy.version)
    await repository.schedule(connection, next_computation(policy.policy, uow.now, known=known is not None))
    return 1


async def _put_in_force(uow: UnitOfWork, boundaries: Boundaries, policy_version: int) -> None:
    await rulebook.replace(uow.connection)
    await repository.add_boundaries(uow.connection, boundaries, policy_version)
    await sweeps.begin(uow.connection, SweepReason.BOUNDARIES, uow.now)
