"""Restore cases from their events, after the database was restored from a back-up.

Each event is a history entry with the case after that entry. No event holds descriptions, notes, assignees or the fact
that a case is about. These fields are lost for all cases and entries that came in after the back-up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from complaints.cases.events import EVENTS
from complaints.cases.repository.cases import insert_case, lock_cases, update_cases, update_receipt
from complaints.cases.repository.history import insert_entries
from complaints.cases.repository.rows import opened_row
from complaints.cases.schemas.answers import OpenedCase
from complaints.domain import journey
from complaints.domain.case import Action, Case, Entry, apply, begin
from complaints.domain.fingerprint import UNKNOWN_CONTENT
from complaints.domain.service_level import ServiceClock, ServicePolicy
from complaints.domain.stored_case import AppliedChange, CaseChange, IntakeDetails, StoredCase
from complaints.policy.queries import read_rules
from lealtad.events.catalog.complaints import CaseOpened, CaseState, CaseStatus, CaseUpdated
from lealtad.events.envelope import Event, EventRef
from lealtad.unit_of_work import UnitOfWork

ACTOR = "adopt-restore"
ACTIONS = {event: action for action, event in EVENTS.items() if event is not CaseUpdated}


async def restore_cases(uow: UnitOfWork, events: Sequence[Event[Any]]) -> Iterable[UUID]:
    """Insert the entries of the events and update the cases; return the ids of events that follow no stored entry."""
    ordered = sorted(events, key=lambda event: (event.data.case_id, event.data.version))
    rules = await read_rules(uow.connection)
    locked = await lock_cases(uow.connection, sorted({event.data.case_id for event in ordered}))
    cases = {case.id: case for case in locked}
    changes: list[CaseChange] = []
    applied: list[AppliedChange] = []
    lost: list[UUID] = []
    for event in ordered:
        change = _change(event, cases.get(event.data.case_id), rules)
        if change is None or not (cases.get(event.data.case_id) or await _insert(uow, change, event)):
            lost.append(event.id)
            continue
        after = change.before if change.entry.action is Action.OPEN else replace(change.before, case=_applied(change))
        cases[after.id] = after
        changes.append(change)
        applied.append(AppliedChange(after, _ref(event)))
    if changes:
        await insert_entries(uow.connection, changes, applied)
        await update_cases(uow.connection, [result.after for result in applied])
    return lost


def _change(event: Event[CaseState], before: StoredCase | None, rules: ServicePolicy) -> CaseChange | None:
    """Return the change that the event announced, or None when it is stored already or its predecessor is not."""
    state = event.data
    if before is None:
        return _opening(state) if isinstance(state, CaseOpened) else None
    if state.version <= before.case.version:
        return None
    entry = Entry(
        number=state.version,
        action=_action(state, before.case),
        at=state.occurred_at,
        status=state.status,
        customer_id=state.customer_id,
        tier=before.case.tier,
        due_at=state.due_at,
        close_at=state.occurred_at + rules.close_after if state.status is CaseStatus.RESOLVED else None,
        paused_at=state.paused_at if state.status is CaseStatus.WAITING_FOR_CUSTOMER else None,
        clock_started_at=_clock_start(state, before.case, rules),
    )
    return CaseChange(before, entry, ACTOR)


def _action(state: CaseState, before: Case) -> Action:
    if not isinstance(state, CaseUpdated):
        return ACTIONS[type(state)]
    if state.status is CaseStatus.WAITING_FOR_CUSTOMER:
        return Action.WAIT
    return Action.RESUME if before.status is CaseStatus.WAITING_FOR_CUSTOMER else Action.START


def _clock_start(state: CaseState, before: Case, rules: ServicePolicy) -> datetime | None:
    """Return the start of the clock after a pause that the event ends, or None: no event holds this start."""
    if before.paused_at is None or state.paused_at is not None:
        return None
    clock = ServiceClock(before.clock_started_at, before.due_at)
    return rules.clock_after_pause(clock, before.paused_at, state.occurred_at).started_at


def _opening(state: CaseOpened) -> CaseChange | None:
    if state.due_at is None:
        return None
    entry = journey.opening(state.occurred_at, due_at=state.due_at, tier=None, customer_id=state.customer_id)
    intake = IntakeDetails(
        kind=state.kind,
        severity=state.severity,
        channel=state.channel,
        cause=state.cause,
        product_line=state.product_line,
        source=state.source,
        about=None,
        mutes=state.mutes,
        recorded_at=state.occurred_at,
    )
    return CaseChange(StoredCase(state.case_id, intake, begin(entry, state.opened_at)), entry, ACTOR)


async def _insert(uow: UnitOfWork, change: CaseChange, event: Event[CaseState]) -> bool:
    """Insert a case and return True; return False when its source's fact has another case since the back-up."""
    begun = change.before
    if not await insert_case(uow.connection, opened_row(begun, None, UNKNOWN_CONTENT)):
        return False
    if begun.intake.source:
        receipt = OpenedCase.from_stored(begun, event_id=event.id).model_dump(mode="json")
        await update_receipt(uow.connection, begun.id, receipt)
    return True


def _applied(change: CaseChange) -> Case:
    """Return the case after the entry, although entries without events are missing before it."""
    return apply(replace(change.before.case, version=change.entry.number - 1), change.entry)


def _ref(event: Event[Any]) -> EventRef:
    return EventRef(event.cause, event.type, event.key, event.time, event.sequence)
