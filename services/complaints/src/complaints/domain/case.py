"""A case as the fold of its history: entries are only ever added, and applying them gives the case."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from complaints.domain.lifecycle import Step
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseStatus


class Action(StrEnum):
    """The action that a history entry records: the opening, a step, or an action that keeps the status."""

    OPEN = "open"
    ACKNOWLEDGE = Step.ACKNOWLEDGE.value
    START = Step.START.value
    WAIT = Step.WAIT.value
    RESUME = Step.RESUME.value
    RESOLVE = Step.RESOLVE.value
    CLOSE = Step.CLOSE.value
    REOPEN = Step.REOPEN.value
    ASSIGN = "assign"
    NOTE = "note"
    ATTACH = "attach"
    RESCHEDULE = "reschedule"
    BREACH = "breach"
    GESTURE = "gesture"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a case's history; a field that is None did not change."""

    number: int
    """Gap-free from 1 within the case; also the version of the case after it."""
    action: Action
    at: datetime
    """Business time."""
    status: CaseStatus
    """Status of the case after the entry."""
    customer_id: UUID | None = None
    tier: str | None = None
    due_at: datetime | None = None
    close_at: datetime | None = None
    assignee: str | None = None
    queue: str | None = None
    paused_at: datetime | None = None
    clock_started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """The part of a case that changes in its life; `IntakeDetails` holds the fixed part."""

    version: int
    status: CaseStatus
    opened_at: datetime
    clock_started_at: datetime
    """Start of the current service clock: the opening, or the last reopening, moved on by each pause since."""
    due_at: datetime
    tier: str | None = None
    """Service tier of the customer that the due time was computed with."""
    customer_id: UUID | None = None
    assignee: str | None = None
    queue: str | None = None
    acknowledged_at: datetime | None = None
    breached_at: datetime | None = None
    resolved_at: datetime | None = None
    close_at: datetime | None = None
    """Time at which a resolved case closes by itself."""
    closed_at: datetime | None = None
    reopened_count: int = 0
    paused_at: datetime | None = None
    """Start of the pause of the service clock, as the case waits for the customer; None while the clock runs."""

    @property
    def is_open(self) -> bool:
        """Return whether the case still waits for its resolution."""
        return self.status in OPEN_STATUSES

    @property
    def clock_runs(self) -> bool:
        """Return whether the due time still matters: the case is open and has not breached. It may stand."""
        return self.is_open and self.breached_at is None

    @property
    def next_due_at(self) -> datetime | None:
        """Return when time alone changes the case next: it breaches, or closes."""
        if self.clock_runs:
            return None if self.paused_at else self.due_at
        return self.close_at if self.status is CaseStatus.RESOLVED else None


def begin(opening: Entry, opened_at: datetime) -> Case:
    """Return the case that its first entry makes; `opened_at` is when the customer complained."""
    if opening.due_at is None:
        raise ValueError("a case is opened with a due time")
    return Case(
        version=opening.number,
        status=opening.status,
        opened_at=opened_at,
        clock_started_at=opened_at,
        due_at=opening.due_at,
        tier=opening.tier,
        customer_id=opening.customer_id,
    )


def apply(case: Case, entry: Entry) -> Case:
    """Return the case after `entry`; raise ValueError when the entry does not follow the case's last entry."""
    if entry.number != case.version + 1:
        raise ValueError(f"entry {entry.number} does not follow version {case.version}")
    changed = replace(case, version=entry.number, status=entry.status)
    effect = EFFECTS.get(entry.action)
    return effect(changed, entry) if effect else changed


def replay(history: Iterable[Entry], opened_at: datetime) -> Case:
    """Return the case that a whole history, in order, makes."""
    opening, *later = history
    case = begin(opening, opened_at)
    for entry in later:
        case = apply(case, entry)
    return case


def _acknowledged(case: Case, entry: Entry) -> Case:
    return replace(case, acknowledged_at=entry.at)


def _waiting(case: Case, entry: Entry) -> Case:
    return replace(case, paused_at=entry.paused_at)


def _resumed(case: Case, entry: Entry) -> Case:
    if case.paused_at is None:
        return case
    return replace(
        case,
        paused_at=None,
        due_at=entry.due_at or case.due_at,
        clock_started_at=entry.clock_started_at or case.clock_started_at,
    )


def _resolved(case: Case, entry: Entry) -> Case:
    return replace(_resumed(case, entry), resolved_at=entry.at, close_at=entry.close_at)


def _closed(case: Case, entry: Entry) -> Case:
    return replace(case, closed_at=entry.at, close_at=None)


def _assigned(case: Case, entry: Entry) -> Case:
    return replace(case, assignee=entry.assignee, queue=entry.queue)


def _rescheduled(case: Case, entry: Entry) -> Case:
    return replace(case, tier=entry.tier, due_at=entry.due_at or case.due_at)


def _attached(case: Case, entry: Entry) -> Case:
    return replace(_rescheduled(case, entry), customer_id=entry.customer_id)


def _breached(case: Case, entry: Entry) -> Case:
    return replace(case, breached_at=entry.at)


def _reopened(case: Case, entry: Entry) -> Case:
    return replace(
        _rescheduled(case, entry),
        clock_started_at=entry.at,
        breached_at=None,
        resolved_at=None,
        close_at=None,
        closed_at=None,
        reopened_count=case.reopened_count + 1,
    )


EFFECTS: Mapping[Action, Callable[[Case, Entry], Case]] = {
    Action.ACKNOWLEDGE: _acknowledged,
    Action.WAIT: _waiting,
    Action.RESUME: _resumed,
    Action.RESOLVE: _resolved,
    Action.CLOSE: _closed,
    Action.REOPEN: _reopened,
    Action.ASSIGN: _assigned,
    Action.ATTACH: _attached,
    Action.RESCHEDULE: _rescheduled,
    Action.BREACH: _breached,
}
"""Changes beyond version and status, by action; an action that is not listed changes nothing more."""
