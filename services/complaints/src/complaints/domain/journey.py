"""Actions on a case: each function returns the history entry of one action, or raises when it is impossible."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from complaints.domain.case import Action, Case, Entry
from complaints.domain.lifecycle import Step, status_after
from complaints.domain.service_level import ServiceClock, ServicePolicy
from lealtad.events.catalog.complaints import CaseStatus


class AlreadyAttachedError(ValueError):
    """The case already belongs to another customer."""

    def __init__(self, customer_id: UUID) -> None:
        self.customer_id = customer_id
        super().__init__(f"the case belongs to customer {customer_id}")


def opening(at: datetime, *, due_at: datetime, tier: str | None, customer_id: UUID | None) -> Entry:
    """Return the first entry of a case."""
    return Entry(1, Action.OPEN, at, CaseStatus.NEW, customer_id=customer_id, tier=tier, due_at=due_at)


def step(case: Case, step: Step, at: datetime) -> Entry:
    """Return the entry of a step that starts no clock; raise IllegalStepError when the step is impossible."""
    return replace(_next(case, Action(step.value), at), status=status_after(case.status, step))


def waiting(case: Case, at: datetime, rules: ServicePolicy) -> Entry:
    """Return the entry by which the case waits for the customer; the clock stands, where the policy says so.

    The clock of a case that is due already goes on: the case breaches.
    """
    entry = step(case, Step.WAIT, at)
    pauses = rules.waiting_pauses and case.clock_runs and at < case.due_at
    return replace(entry, paused_at=at) if pauses else entry


def resumption(case: Case, at: datetime, rules: ServicePolicy) -> Entry:
    """Return the entry by which work goes on; the due time moves by the open time for which the clock stood."""
    return _unpaused(case, step(case, Step.RESUME, at), rules)


def resolution(case: Case, at: datetime, rules: ServicePolicy) -> Entry:
    """Return the entry of a resolution; the case closes by itself unless it is reopened before."""
    return replace(_unpaused(case, step(case, Step.RESOLVE, at), rules), close_at=at + rules.close_after)


def reopening(case: Case, at: datetime, *, due_at: datetime, tier: str | None) -> Entry:
    """Return the entry of a reopening, which starts the service clock anew."""
    return replace(step(case, Step.REOPEN, at), due_at=due_at, tier=tier)


def attachment(case: Case, at: datetime, *, customer_id: UUID, tier: str | None, due_at: datetime) -> Entry:
    """Return the entry by which the customer becomes known; raise AlreadyAttachedError when it is known already."""
    if case.customer_id is not None:
        raise AlreadyAttachedError(case.customer_id)
    entry = replace(_next(case, Action.ATTACH, at), customer_id=customer_id, tier=tier)
    return replace(entry, due_at=due_at) if case.clock_runs else entry


def rescheduling(case: Case, at: datetime, *, tier: str | None, due_at: datetime) -> Entry | None:
    """Return the entry by which the customer's new service tier moves the due time.

    Return None when there is nothing to move: the clock no longer runs, or runs by that tier already.
    """
    if not case.clock_runs or case.tier == tier:
        return None
    return replace(_next(case, Action.RESCHEDULE, at), tier=tier, due_at=due_at)


def breach(case: Case, at: datetime) -> Entry | None:
    """Return the entry of a breach, or None when the case is not overdue at `at`, stands, or breached already."""
    overdue = case.clock_runs and case.paused_at is None and case.due_at <= at
    return _next(case, Action.BREACH, at) if overdue else None


def expiry(case: Case, at: datetime) -> Entry | None:
    """Return the entry by which a resolved case closes by itself, or None when its time has not come."""
    if case.status is not CaseStatus.RESOLVED or case.close_at is None or at < case.close_at:
        return None
    return step(case, Step.CLOSE, at)


def assignment(case: Case, at: datetime, *, assignee: str | None, queue: str | None) -> Entry:
    """Return the entry that hands the case to a person, a queue, or nobody."""
    return replace(_next(case, Action.ASSIGN, at), assignee=assignee, queue=queue)


def remark(case: Case, at: datetime, action: Action) -> Entry:
    """Return an entry that changes nothing but the history: a note, or a gesture of recovery."""
    return _next(case, action, at)


def _unpaused(case: Case, entry: Entry, rules: ServicePolicy) -> Entry:
    if case.paused_at is None:
        return entry
    clock = rules.clock_after_pause(ServiceClock(case.clock_started_at, case.due_at), case.paused_at, entry.at)
    return replace(entry, due_at=clock.due_at, clock_started_at=clock.started_at)


def _next(case: Case, action: Action, at: datetime) -> Entry:
    return Entry(case.version + 1, action, at, case.status)
