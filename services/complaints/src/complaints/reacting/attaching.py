"""Cases are attached by themselves once the customer they name becomes known."""

from datetime import datetime
from uuid import UUID

from complaints.cases import repository as cases
from complaints.cases.recording import record
from complaints.cases.stored import Change, StoredCase
from complaints.customers import repository as customers
from complaints.domain import journey
from complaints.domain.case import Entry
from complaints.domain.service_level import ServicePolicy
from complaints.policy.models import rules_in_force
from complaints.reacting import repository
from lealtad.unit_of_work import Touched, UnitOfWork


async def attach_known(uow: UnitOfWork, touched: Touched) -> set[UUID]:
    """Attach the cases that waited for a touched customer; answer the customers that got one."""
    found = await repository.unattached(uow.connection, list(touched))
    if not found:
        return set()
    waiting = [stored for stored in await cases.lock(uow.connection, list(found)) if stored.case.customer_id is None]
    policy = await rules_in_force(uow.connection)
    known = await customers.tiers(uow.connection, list(set(found.values())))
    tiers = {customer_id: row.tier for customer_id, row in known.items()}
    changes = []
    for stored in waiting:
        customer_id = found[stored.id]
        entry = _entry(stored, customer_id, tiers.get(customer_id), policy, uow.now)
        changes.append(Change(stored, entry, causes=touched[customer_id]))
    await record(uow, changes)
    return {found[stored.id] for stored in waiting}


def _entry(stored: StoredCase, customer_id: UUID, tier: str | None, policy: ServicePolicy, now: datetime) -> Entry:
    intake, case = stored.intake, stored.case
    due_at = policy.due_at(intake.kind, intake.severity, tier, case.clock_started_at)
    return journey.attachment(case, now, customer_id=customer_id, tier=tier, due_at=due_at)
