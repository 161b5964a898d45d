"""Due times of cases: the service policy that a manager sets, and the due time that follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from complaints.domain.business_time import BusinessCalendar, add_business_time
from lealtad.events.catalog.complaints import CaseKind, Severity


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
