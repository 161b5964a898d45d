"""Due times of cases: the service policy that a manager sets, and the due time that follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from complaints.domain.business_time import (
    BusinessCalendar,
    add_business_time,
    open_time_between,
    start_of_open_time,
)
from lealtad.events.catalog.complaints import CaseKind, Severity

NOTHING = timedelta(0)


@dataclass(frozen=True)
class ServiceClock:
    """When the service clock of a case began, and when it ends."""

    started_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class ServicePolicy:
    """One version of the service policy; hours are open hours of the desk."""

    version: int
    hours: Mapping[CaseKind, Mapping[Severity, int]]
    tier_factors: Mapping[str, Decimal]
    """Share of the hours that a service tier gets; tiers that are not named get all of them."""
    calendar: BusinessCalendar
    close_after: timedelta
    """Time from the resolution until the case closes by itself."""
    acknowledge_at_intake: bool
    muting_kinds: frozenset[CaseKind]
    """Kinds of which an open case mutes promotions."""
    future_tolerance: timedelta
    oldest: timedelta
    """Largest age of the occurrence of a new case."""
    waiting_pauses: bool = True
    """Whether the service clock stands while a case waits for the customer."""

    @property
    def longest_due_time(self) -> timedelta:
        """Return the longest open time until a case is due."""
        hours = max(hours for severities in self.hours.values() for hours in severities.values())
        return timedelta(hours=float(hours * max([Decimal(1), *self.tier_factors.values()])))

    def due_at(self, kind: CaseKind, severity: Severity, tier: str | None, start: datetime) -> datetime:
        """Return when a case whose clock started at `start` is due (UTC)."""
        factor = self.tier_factors.get(tier, Decimal(1)) if tier else Decimal(1)
        seconds = self.hours[kind][severity] * 3_600 * factor
        return add_business_time(start, timedelta(seconds=float(seconds)), self.calendar)

    def clock_after_pause(self, clock: ServiceClock, paused_at: datetime, at: datetime) -> ServiceClock:
        """Return a clock that stood from `paused_at` to `at`.

        The open time that was left at the pause is left at `at`; the due time never moves back. The start moves on by
        the pause, so that another service tier later counts the open time of work alone.
        """
        left = open_time_between(paused_at, clock.due_at, self.calendar)
        used = open_time_between(clock.started_at, paused_at, self.calendar)
        # Nothing is left only where opening hours changed meanwhile, or the case is overdue.
        due_at = add_business_time(at, left, self.calendar) if left else at + max(clock.due_at - paused_at, NOTHING)
        return ServiceClock(
            started_at=start_of_open_time(at, used, self.calendar, earliest=clock.started_at),
            due_at=max(due_at, clock.due_at),
        )
