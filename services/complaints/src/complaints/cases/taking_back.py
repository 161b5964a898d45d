"""Take cases back from their events, after the database was restored from a back-up.

Each event is a history entry with the case as it stood then. Descriptions and notes, who was assigned, and what the
case was about are in no event: of what came in after the back-up they are lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from complaints.cases import repository, rows, showing
from complaints.cases.announcing import EVENTS
from complaints.cases.stored import UNKNOWN_CONTENT, Change, Intake, Recorded, StoredCase
from complaints.domain import journey
from complaints.domain.case import Action, Case, Entry, apply, begin
from complaints.policy.models import rules_in_force
from lealtad.events.catalog.complaints import CaseOpened, CaseState, CaseStatus, CaseUpdated
from lealtad.events.envelope import Event, EventRef
from lealtad.unit_of_work import UnitOfWork

ACTOR = "adopt-restore"
ACTIONS = {event: action for action, event in EVENTS.items() if event is not CaseUpdated}
WORK = {CaseStatus.WAITING_FOR_CUSTOMER: Action.WAIT, CaseStatus.IN_PROGRESS: Action.START}


async def restore(uow: UnitOfWork, events: Sequence[Event[Any]]) -> Iterable[UUID]:
    """Add what the events tell to the histories of their cases; return the ids of those that follow on nothing here."""
    ordered = sorted(events, key=lambda event: (event.data.case_id, event.data.version))
    close_after = (await rules_in_force(uow.connection)).close_after
    known = await repository.lock(uow.connection, sorted({event.data.case_id for event in ordered}))
    cases = {case.id: case for case in known}
    changes: list[Change] = []
    recorded: list[Recorded] = []
    lost: list[UUID] = []
    for event in ordered:
        change = _change(event, cases.get(event.data.case_id), close_after)
        if change is None or not (cases.get(event.data.case_id) or await _insert(uow, change, event)):
            lost.append(event.id)
            continue
        after = change.before if change.entry.action is Action.OPEN else replace(change.before, case=_applied(change))
        cases[after.id] = after
        changes.append(change)
        recorded.append(Recorded(after, _ref(event)))
    if changes:
        await repository.append(uow.connection, changes, recorded)
        await repository.store(uow.connection, [result.after for result in recorded])
    return lost


def _change(event: Event[CaseState], before: StoredCase | None, close_after: timedelta) -> Change | None:
    """Return the history entry that the event was, None where it is there or what it follows on is not."""
    told = event.data
    if before is None:
        return _opening(told) if isinstance(told, CaseOpened) else None
    if told.version <= before.case.version:
        return None
    entry = Entry(
        number=told.version,
        action=WORK[told.status] if isinstance(told, CaseUpdated) else ACTIONS[type(told)],
        at=told.occurred_at,
        status=told.status,
        customer_id=told.customer_id,
        tier=before.case.tier,
        due_at=told.due_at,
        close_at=told.occurred_at + close_after if told.status is CaseStatus.RESOLVED else None,
    )
    return Change(before, entry, ACTOR)


def _opening(told: CaseOpened) -> Change | None:
    if told.due_at is None:
        return None
    entry = journey.opening(told.occurred_at, due_at=told.due_at, tier=None, customer_id=told.customer_id)
    intake = Intake(
        kind=told.kind,
        severity=told.severity,
        channel=told.channel,
        cause=told.cause,
        product_line=told.product_line,
        source=told.source,
        about=None,
        mutes=told.mutes,
        recorded_at=told.occurred_at,
    )
    return Change(StoredCase(told.case_id, intake, begin(entry, told.opened_at)), entry, ACTOR)


async def _insert(uow: UnitOfWork, change: Change, event: Event[CaseState]) -> bool:
    """Insert a case; False when its source's fact has made another one since the back-up."""
    begun = change.before
    if not await repository.insert_opened(uow.connection, rows.opened_row(begun, None, UNKNOWN_CONTENT)):
        return False
    if begun.intake.source:
        receipt = showing.opened(begun, event.id).model_dump(mode="json")
        await repository.keep_receipt(uow.connection, begun.id, receipt)
    return True


def _applied(change: Change) -> Case:
    """Fold the entry in; entries that no event told of are missing before it."""
    return apply(replace(change.before.case, version=change.entry.number - 1), change.entry)


def _ref(event: Event[Any]) -> EventRef:
    return EventRef(event.cause, event.type, event.key, event.time, event.sequence)
