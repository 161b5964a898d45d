"""Due actions that review the permission to profile a customer.

One reviews when a consent begins or ends, the other after another profiling basis came into force.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from customer_profile.customers import repository as customers
from customer_profile.customers.events import emit_customer_state
from customer_profile.customers.profiling import repository
from customer_profile.domain.customer import CustomerRecord
from customer_profile.domain.profiling_permission import ProfilingBasis, ProfilingPermission
from customer_profile.policy.models import INTAKE_POLICY
from lealtad.due import DueAction, act_on
from lealtad.events.catalog.customer_profile import CustomerConsentChanged, CustomerStatus
from lealtad.unit_of_work import UnitOfWork

REVIEW, APPLY = "review-profiling", "apply-profiling-basis"


async def review_due_permissions(uow: UnitOfWork, limit: int) -> int:
    """Review customers whose consent to profiling begins or ends by now; return their number."""
    due = await repository.lock_due(uow.connection, uow.now, limit)
    return await _review(uow, due, REVIEW)


async def apply_profiling_basis(uow: UnitOfWork, limit: int) -> int:
    """Review customers whose last review used another basis than the one in force; return their number."""
    outdated = await repository.lock_outdated(uow.connection, limit)
    return await _review(uow, outdated, APPLY)


PROFILING_ACTIONS = (
    DueAction(REVIEW, review_due_permissions, repository.DUE),
    # Another basis may concern all customers: a bounded rate keeps the events from flooding other services.
    DueAction(APPLY, apply_profiling_basis, repository.OUTDATED, paced=True),
)


async def _review(uow: UnitOfWork, customer_ids: Sequence[UUID], action: str) -> int:
    async def act(ids: Sequence[UUID]) -> None:
        basis = (await INTAKE_POLICY.in_force(uow.connection)).policy.profiling_basis
        before = await customers.read_all(uow.connection, ids)
        after = {key: _reviewed(uow, before[key], basis) for key in ids}
        await repository.update_permissions(uow.connection, after.values())
        for key, customer in after.items():
            if customer.profiling.allowed != before[key].profiling.allowed:
                cause = uow.due_cause(key, action)
                emit_customer_state(uow, CustomerConsentChanged, before=before[key], after=customer, causes=[cause])

    await act_on(uow, action, customer_ids, act, repository.postpone)
    return len(customer_ids)


def _reviewed(uow: UnitOfWork, before: CustomerRecord, basis: ProfilingBasis) -> CustomerRecord:
    if before.status != CustomerStatus.ACTIVE:
        # A merged or an erased customer is profiled no more, and their last state stays.
        return replace(before, profiling=ProfilingPermission(basis, before.profiling.allowed))
    after = before.with_profiling(basis, uow.now)
    if after.profiling.allowed == before.profiling.allowed:
        return after
    return replace(after, version=before.version + 1, updated_at=uow.now)
