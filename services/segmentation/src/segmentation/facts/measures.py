"""What facts count, and adding it up."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from segmentation.facts.models import LARGEST, LAST_DAYS

Measures = dict[str, int | Decimal]
"""Columns of `activity_day` and what is added to them; the largest purchase is not added but kept."""
DayTotals = dict[tuple[UUID, date], Measures]


@dataclass(frozen=True, slots=True)
class ActivityFact:
    """One fact as it counts: what it adds to its day, and to its day per product line."""

    event_id: UUID
    customer_id: UUID
    kind: str
    occurred_at: datetime
    amount: Decimal
    adds: Measures
    lines: dict[str, Measures]

    @property
    def day(self) -> date:
        """Its day in UTC."""
        return self.occurred_at.astimezone(UTC).date()


def add(total: Measures, adds: Measures) -> None:
    """Add `adds` to `total`."""
    for name, value in adds.items():
        known = total.get(name, 0)
        total[name] = max(known, value) if name == LARGEST else known + value


def merged(days: DayTotals) -> dict[UUID, Measures]:
    """Return what `days` add to each customer, all days together."""
    customers: dict[UUID, Measures] = {}
    for (customer_id, _), adds in days.items():
        add(customers.setdefault(customer_id, {}), adds)
    return customers


def moments(days: DayTotals) -> dict[UUID, dict[str, date]]:
    """Return each customer's first day with a purchase and last days by kind, among `days`."""
    found: dict[UUID, dict[str, date]] = {}
    for (customer_id, day), adds in days.items():
        known = found.setdefault(customer_id, {})
        for name, count in LAST_DAYS.items():
            if adds.get(count):
                known[name] = max(known.get(name, day), day)
        if adds.get("purchases"):
            known["first_purchase"] = min(known.get("first_purchase", day), day)
    return found
