"""Open cases are due by the service tier their customer has today."""

from uuid import UUID

from complaints.cases import repository as cases
from complaints.cases.recording import record
from complaints.cases.stored import Change, StoredCase
from complaints.domain import journey
from complaints.domain.service_level import ServicePolicy
from complaints.policy.models import rules_in_force
from complaints.reacting import repository
from lealtad.unit_of_work import Touched, UnitOfWork


async def reschedule(uow: UnitOfWork, touched: Touched) -> set[UUID]:
    """Move the due times of open cases whose customer has another tier; answer the customers concerned."""
    tiers = await repository.of_another_tier(uow.connection, list(touched))
    if not tiers:
        return set()
    policy = await rules_in_force(uow.connection)
    locked = await cases.lock(uow.connection, list(tiers))
    changes = [change for stored in locked if (change := _change(uow, stored, tiers[stored.id], policy, touched))]
    await record(uow, changes)
    return {change.before.key for change in changes}


def _change(
    uow: UnitOfWork, stored: StoredCase, tier: str | None, policy: ServicePolicy, touched: Touched
) -> Change | None:
    due_at = policy.due_at(stored.intake.kind, stored.intake.severity, tier, stored.case.clock_started_at)
    entry = journey.rescheduling(stored.case, uow.now, tier=tier, due_at=due_at)
    return Change(stored, entry, causes=touched[stored.key]) if entry else None
