"""Events of cases: each announces one history entry and carries the whole shareable case."""

from collections.abc import Mapping

from complaints.domain.case import Action
from complaints.domain.stored_case import CaseChange, StoredCase
from lealtad.events.catalog.complaints import (
    CaseAcknowledged,
    CaseAttached,
    CaseBreached,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    CaseRescheduled,
    CaseResolved,
    CaseState,
    CaseUpdated,
)
from lealtad.events.envelope import EventRef
from lealtad.unit_of_work import UnitOfWork

EVENTS: Mapping[Action, type[CaseState]] = {
    Action.OPEN: CaseOpened,
    Action.ACKNOWLEDGE: CaseAcknowledged,
    Action.START: CaseUpdated,
    Action.WAIT: CaseUpdated,
    Action.RESUME: CaseUpdated,
    Action.RESCHEDULE: CaseRescheduled,
    Action.RESOLVE: CaseResolved,
    Action.CLOSE: CaseClosed,
    Action.REOPEN: CaseReopened,
    Action.ATTACH: CaseAttached,
    Action.BREACH: CaseBreached,
}
"""Event of each action. Assignments, notes and gestures change nothing shareable, so they have no event."""


def emit_change(uow: UnitOfWork, change: CaseChange, after: StoredCase) -> EventRef | None:
    """Emit the event of a change, or nothing when no shareable field changed."""
    event = EVENTS.get(change.entry.action)
    if event is None:
        return None
    return uow.emit(_event_data(event, after, change), key=after.key, causes=change.causes)


def _event_data(event: type[CaseState], after: StoredCase, change: CaseChange) -> CaseState:
    intake, case = after.intake, after.case
    return event(
        case_id=after.id,
        version=case.version,
        customer_id=case.customer_id,
        source=intake.source,
        kind=intake.kind,
        severity=intake.severity,
        status=case.status,
        mutes=intake.mutes,
        channel=intake.channel,
        cause=intake.cause,
        product_line=intake.product_line,
        opened_at=case.opened_at,
        due_at=case.due_at,
        paused_at=case.paused_at,
        resolved_at=case.resolved_at,
        occurred_at=change.entry.at,
    )
