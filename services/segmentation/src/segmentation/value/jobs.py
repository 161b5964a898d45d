"""Due action that computes the boundaries of quintiles and tiers at the policy's fixed times."""

from dataclasses import replace
from datetime import UTC

from lealtad.due import DueAction
from lealtad.unit_of_work import UnitOfWork
from segmentation.customer_base.repository import sweeps
from segmentation.customer_base.repository.customers import is_any_due
from segmentation.domain.boundaries import Boundaries
from segmentation.domain.sweeps import SweepReason
from segmentation.domain.value_policy import next_computation
from segmentation.rulebook.commands import begin_revision
from segmentation.value.models import VALUE_POLICY
from segmentation.value.repository import boundaries as repository
from segmentation.value.repository.quantiles import compute_boundaries


async def renew_boundaries(uow: UnitOfWork, _limit: int) -> int:
    """Compute the boundaries if they are due; return 1 if they were due and computed, else 0.

    The computation waits for sweeps, and for the customers who are due at the same time: the windows of their amounts
    have moved on.
    """
    connection = uow.connection
    if not await repository.lock_schedule(connection, uow.now):
        return 0
    if await sweeps.is_sweep_under_way(connection) or await is_any_due(connection, uow.now):
        return 0
    policy = await VALUE_POLICY.in_force(connection)
    boundaries = await repository.find_boundaries(connection)
    computed = await compute_boundaries(connection, policy.policy, uow.now.astimezone(UTC))
    if computed is not None:
        boundaries = replace(computed, version=boundaries.version + 1 if boundaries else 1)
        await _put_in_force(uow, boundaries, policy.version)
    next_time = next_computation(policy.policy, uow.now, known=boundaries is not None)
    await repository.set_schedule(connection, next_time)
    return 1


async def _put_in_force(uow: UnitOfWork, boundaries: Boundaries, policy_version: int) -> None:
    await begin_revision(uow.connection)
    await repository.add_boundaries(uow.connection, boundaries, policy_version)
    await sweeps.add_sweep(uow.connection, SweepReason.BOUNDARIES, uow.now)


COMPUTE_BOUNDARIES = DueAction("compute-boundaries", renew_boundaries, repository.DUE)
