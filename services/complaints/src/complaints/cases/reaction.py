"""Reaction of cases to events of other services: attach them, move their due times, note gestures."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from complaints.cases.commands.record_changes import record_changes
from complaints.cases.repository.affected_cases import (
    list_cases_of_another_tier,
    list_unnoted_gestures,
    list_waiting_cases,
)
from complaints.cases.repository.cases import lock_cases
from complaints.customers.repository.service_tiers import read_tiers
from complaints.domain import journey
from complaints.domain.case import Action, apply
from complaints.domain.service_level import ServicePolicy
from complaints.domain.stored_case import CaseChange, StoredCase
from complaints.policy.queries import read_rules
from lealtad.unit_of_work import Touched, UnitOfWork


async def attach_waiting_cases(uow: UnitOfWork, touched: Touched) -> set[UUID]:
    """Attach the cases that name a touched customer; return the customers whose cases were attached."""
    customer_of = await list_waiting_cases(uow.connection, list(touched))
    if not customer_of:
        return set()
    locked = await lock_cases(uow.connection, list(customer_of))
    waiting = [stored for stored in locked if stored.case.customer_id is None]
    rules = await read_rules(uow.connection)
    tiers = await read_tiers(uow.connection, list(set(customer_of.values())))
    changes = []
    for stored in waiting:
        customer_id = customer_of[stored.id]
        tier = tiers[customer_id].tier if customer_id in tiers else None
        entry = journey.attachment(
            stored.case, uow.now, customer_id=customer_id, tier=tier, due_at=_due_at(stored, tier, rules)
        )
        changes.append(CaseChange(stored, entry, causes=touched[customer_id]))
    await record_changes(uow, changes)
    return {customer_of[stored.id] for stored in waiting}


async def reschedule_open_cases(uow: UnitOfWork, touched: Touched) -> set[UUID]:
    """Move the due times of open cases whose customer has another service tier; return these customers."""
    tiers = await list_cases_of_another_tier(uow.connection, list(touched))
    if not tiers:
        return set()
    rules = await read_rules(uow.connection)
    changes = []
    for stored in await lock_cases(uow.connection, list(tiers)):
        tier = tiers[stored.id]
        entry = journey.rescheduling(stored.case, uow.now, tier=tier, due_at=_due_at(stored, tier, rules))
        if entry:
            changes.append(CaseChange(stored, entry, causes=touched[stored.key]))
    await record_changes(uow, changes)
    return {change.before.key for change in changes}


async def note_gestures(uow: UnitOfWork, touched: Touched) -> set[UUID]:
    """Note each gesture of recovery once, in the customer's case of that time; return the customers."""
    gestures = await list_unnoted_gestures(uow.connection, list(touched))
    if not gestures:
        return set()
    locked = await lock_cases(uow.connection, list({row.case_id for row in gestures}))
    newest = {stored.id: stored for stored in locked}
    changes = []
    for row in gestures:
        before = newest[row.case_id]
        entry = journey.remark(before.case, uow.now, Action.GESTURE)
        changes.append(CaseChange(before, entry, gesture_id=row.gesture_id))
        newest[row.case_id] = replace(before, case=apply(before.case, entry))
    await record_changes(uow, changes)
    return {row.customer_id for row in gestures}


def _due_at(stored: StoredCase, tier: str | None, rules: ServicePolicy) -> datetime:
    return rules.due_at(stored.intake.kind, stored.intake.severity, tier, stored.case.clock_started_at)
