"""A customer's history, folded into a few numbers, one step per fact.

Each number is updated in O(1) from its last value, so the ten-thousandth purchase costs as much as the first. Time
counts in whole days. Purchases of one day are one transaction, as BG/NBD assumes, and a score does not depend on the
hour of its evaluation. The same facts in their order give the same numbers bit for bit. After a late fact the history
is folded again from the start.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from churn_scoring.domain.facts import Fact, FactKind, day_of

MEDIUM_DAYS = 90.0
DECAYING = {
    "buys_30": 30.0,
    "buys_90": 90.0,
    "buys_365": 365.0,
    "spend_30": 30.0,
    "spend_90": 90.0,
    "spend_365": 365.0,
    "returns_90": MEDIUM_DAYS,
    "complaints_90": MEDIUM_DAYS,
    "payments_90": MEDIUM_DAYS,
    "payment_failures_90": MEDIUM_DAYS,
    "touchpoints_90": MEDIUM_DAYS,
    "negative_touchpoints_90": MEDIUM_DAYS,
}
"""Decayed sums and their half-lives in days: a fact of one half-life ago counts half."""

GAP_SMOOTHING = 0.3
"""Weight of the newest gap in the smoothed gap; it defines a feature, so it is no setting."""


@dataclass(slots=True)
class History:
    """The folded facts of one customer; `day` is the day to which the decayed sums refer."""

    customer_id: UUID
    last_at: datetime | None = None
    last_fact: UUID | None = None
    day: int = 0
    first_purchase_day: int | None = None
    last_purchase_day: int | None = None
    last_purchase_at: datetime | None = None
    purchases: int = 0
    purchase_days: int = 0
    gap_squares: float = 0.0
    gap_smoothed: float | None = None
    spent: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    complaints: int = 0
    last_touchpoint_day: int | None = None
    offers_accepted: int = 0
    offers_rejected: int = 0
    buys_30: float = 0.0
    buys_90: float = 0.0
    buys_365: float = 0.0
    spend_30: float = 0.0
    spend_90: float = 0.0
    spend_365: float = 0.0
    returns_90: float = 0.0
    complaints_90: float = 0.0
    payments_90: float = 0.0
    payment_failures_90: float = 0.0
    touchpoints_90: float = 0.0
    negative_touchpoints_90: float = 0.0

    def precedes(self, fact: Fact) -> bool:
        """Return whether `fact` comes after all folded facts; otherwise it is late."""
        if self.last_at is None or self.last_fact is None:
            return True
        return (self.last_at, self.last_fact) < fact.order

    def fold(self, fact: Fact) -> None:
        """Add the next fact of the customer; facts must come in their order."""
        day = day_of(fact.occurred_at)
        self._decay_to(day)
        self.last_at, self.last_fact = fact.order
        match fact.kind:
            case FactKind.PURCHASE:
                self._add_purchase(fact, day)
            case FactKind.RETURN:
                self.returned += fact.amount
                self.returns_90 += 1
            case FactKind.RETURN_CORRECTION:
                self.returned += fact.amount
            case FactKind.PAYMENT:
                self.payments_90 += 1
            case FactKind.PAYMENT_FAILURE:
                self.payment_failures_90 += 1
            case FactKind.TOUCHPOINT | FactKind.NEGATIVE_TOUCHPOINT:
                self._add_touchpoint(fact, day)
            case FactKind.COMPLAINT:
                self.complaints += 1
                self.complaints_90 += 1
            case FactKind.OFFER_ACCEPTED:
                self.offers_accepted += 1
            case FactKind.OFFER_REJECTED:
                self.offers_rejected += 1

    def _decay_to(self, day: int) -> None:
        passed = day - self.day
        self.day = day
        if passed:
            for name, half_life in DECAYING.items():
                value = getattr(self, name)
                if value:
                    setattr(self, name, value * 2.0 ** (-passed / half_life))

    def _add_purchase(self, fact: Fact, day: int) -> None:
        if day != self.last_purchase_day:
            self._add_purchase_day(day)
        self.purchases += 1
        self.last_purchase_at = fact.occurred_at
        self.spent += fact.amount
        spent = float(fact.amount)
        self.spend_30 += spent
        self.spend_90 += spent
        self.spend_365 += spent

    def _add_purchase_day(self, day: int) -> None:
        if self.last_purchase_day is None:
            self.first_purchase_day = day
        else:
            gap = float(day - self.last_purchase_day)
            self.gap_squares += gap * gap
            before = gap if self.gap_smoothed is None else self.gap_smoothed
            self.gap_smoothed = before + GAP_SMOOTHING * (gap - before)
        self.last_purchase_day = day
        self.purchase_days += 1
        self.buys_30 += 1
        self.buys_90 += 1
        self.buys_365 += 1

    def _add_touchpoint(self, fact: Fact, day: int) -> None:
        self.last_touchpoint_day = day
        self.touchpoints_90 += 1
        if fact.kind is FactKind.NEGATIVE_TOUCHPOINT:
            self.negative_touchpoints_90 += 1


def fold_all(customer_id: UUID, facts: Iterable[Fact]) -> History:
    """Return the history of one customer from all of its facts, given in any order."""
    history = History(customer_id)
    for fact in sorted(facts, key=lambda fact: fact.order):
        history.fold(fact)
    return history
