"""Due actions: look again at who may be profiled, when a consent ends or begins and after another basis is in force."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from customer_profile.customers import repository as customers
from customer_profile.customers.events import announce
from customer_profile.customers.profiling import repository
from customer_profile.domain.customer import CustomerRecord
from customer_profile.domain.profiling_permission import ProfilingBasis, ProfilingPermission
from customer_profile.policy.models import INTAKE_POLICY
from lealtad.due import DueAction, act_on
from lealtad.events.catalog.customer_profile import CustomerConsentChanged, CustomerStatus
from lealtad.unit_of_work import UnitOfWork

REVIEW, APPLY = "review-profiling", "apply-profiling-basis"


async def review_due(uow: UnitOfWork, limit: int) -> int:
    """Look at customers of whom a consent to profiling begins or ends by now; return how many."""
    due = await repository.lock_due(uow.connection, uow.now, limit)
    return await _review(uow, due, REVIEW)


async def apply_basis(uow: UnitOfWork, limit: int) -> int:
    """Look at customers who were last looked at by another basis than the one in force; return how many."""
    outdated = await repository.lock_outdated(uow.connection, limit)
    return await _review(uow, outdated, APPLY)


PROFILING_ACTIONS = (
    DueAction(REVIEW, review_due, repository.DUE),
    # Another basis may concern the whole base: no other service is to be flooded.
    DueAction(APPLY, apply_basis, repository.OUTDATED, paced=True),
)


async def _review(uow: UnitOfWork, customer_ids: Sequence[UUID], action: str) -> int:
    async def act(ids: Sequence[UUID]) -> None:
        basis = (await INTAKE_POLICY.in_force(uow.connection)).policy.profiling_basis
        known = await customers.read_all(uow.connection, ids)
        reviewed = {key: _reviewed(uow, known[key], basis) for key in ids}
        await repository.keep(uow.connection, reviewed.values())
        for key, after in reviewed.items():
            if after.profiling.allowed != known[key].profiling.allowed:
                cause = uow.due_cause(key, action)
                announce(uow, CustomerConsentChanged, before=known[key], after=after, causes=[cause])

    await act_on(uow, action, customer_ids, act, repository.postpone)
    return len(customer_ids)


def _reviewed(uow: UnitOfWork, before: CustomerRecord, basis: ProfilingBasis) -> CustomerRecord:
    if before.status != CustomerStatus.ACTIVE:
        # Nobody profiles who was merged or erased, and their last state stays.
        return replace(before, profiling=ProfilingPermission(basis, before.profiling.allowed))
    after = before.with_profiling(basis, uow.now)
    if after.profiling.allowed == before.profiling.allowed:
        return after
    return replace(after, version=before.version + 1, updated_at=uow.now)
