"""Reference of the rules in plain Python over plain events, to which the compiled SQL is compared."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lealtad.events.catalog.campaigns import OfferAccepted, OfferRejected
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseState
from lealtad.events.catalog.customer_profile import (
    ContractFact,
    CustomerState,
    CustomerStatus,
    PaymentFailed,
    PaymentRecorded,
    PurchaseRecorded,
    PurchaseReturned,
    Sentiment,
    TouchpointRecorded,
)
from lealtad.events.envelope import Event
from segmentation.domain.boundaries import Boundaries
from segmentation.domain.rules import (
    ActivityCondition,
    AllOf,
    AnyOf,
    AttributeCondition,
    Condition,
    NotAny,
    Rule,
    conditions,
)
from segmentation.domain.vocabulary import Attribute, Metric, Moment, Operator

COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: lambda left, right: left == right,
    Operator.NOT_EQUAL: lambda left, right: left != right,
    Operator.LESS: lambda left, right: left < right,
    Operator.AT_MOST: lambda left, right: left <= right,
    Operator.MORE: lambda left, right: left > right,
    Operator.AT_LEAST: lambda left, right: left >= right,
    Operator.IN: lambda left, right: left in right,
    Operator.NOT_IN: lambda left, right: left not in right,
}


def day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


class Customer:
    """A customer's events, and the values of rules at `now`."""

    def __init__(self, events: Sequence[Event[Any]], now: datetime, boundaries: Boundaries | None) -> None:
        self.events = events
        self.now = now
        self.today = day_of(now)
        self.boundaries = boundaries
        self.state = self._newest(CustomerState)
        self.age: int | None = None

    def meets(self, rule: Rule) -> bool:
        """Return whether the rule is met."""
        if self.state is not None and self.state.status is not CustomerStatus.ACTIVE:
            return False
        if not self.profiled and any(self._is_behaviour(condition) for condition in conditions(rule)):
            return False
        return all(self._meets_at(rule, age) for age in self._ages())

    def _meets_at(self, rule: Rule, age: int | None) -> bool:
        self.age = age
        return self._meets(rule)

    def _ages(self) -> set[int | None]:
        """Return the ages of all who were born in the year of birth and live: where today has begun, or not yet."""
        if self.state is None or self.state.birth_year is None:
            return {None}
        first = date(self.state.birth_year, 1, 1)
        births = [day for day in (first + timedelta(days=number) for number in range(366)) if day.year == first.year]
        return {
            today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
            for today in (self.today - timedelta(days=1), self.today)
            for birth in births
            if birth <= today
        }

    @property
    def profiled(self) -> bool:
        """Return whether the customer may be profiled."""
        return self.state is None or self.state.profiling_allowed

    def _is_behaviour(self, condition: Condition) -> bool:
        match condition:
            case AttributeCondition():
                return condition.attribute.startswith(("churn", "rfm", "tier"))
            case ActivityCondition():
                return True
        return condition.moment not in ("last-case", "registration")

    def _meets(self, rule: Rule) -> bool:
        match rule:
            case AllOf():
                return all(self._meets(branch) for branch in rule.rules)
            case AnyOf():
                return any(self._meets(branch) for branch in rule.rules)
            case NotAny():
                return not self._meets(rule.rule)
            case AttributeCondition():
                return self._compared(self.attribute(rule.attribute), rule.operator, rule.value)
            case ActivityCondition():
                found = self.metric(rule.metric, rule.within_days, rule.product_line)
                return self._compared(found, rule.operator, rule.value)
        return self._compared(self.days_since(rule.moment), rule.operator, rule.days)

    def _compared(self, found: Any, operator: Operator, value: Any) -> bool:
        return found is not None and COMPARE[operator](found, value)

    def _all(self, kind: Any) -> list[Any]:
        return [event.data for event in self.events if isinstance(event.data, kind)]

    def _newest(self, kind: Any) -> Any:
        states = [event for event in self.events if isinstance(event.data, kind)]
        return max(states, key=lambda event: event.sequence).data if states else None

    # What was counted or added up

    def metric(self, metric: Metric, days: int | None, line: str | None = None) -> Any:  # noqa: PLR0911 - a table
        """Return a metric over the last days."""
        match metric:
            case Metric.PURCHASE_DAYS:
                return len({day_of(item.occurred_at) for item in self._bought(days, line)})
            case Metric.PRODUCT_LINES:
                return len({row.product_line for item in self._bought(days, None) for row in item.lines})
            case Metric.LARGEST_PURCHASE:
                return max((item.total.amount for item in self._bought(days, None)), default=0)
            case Metric.NET_AMOUNT:
                returned = self._within(PurchaseReturned, days, line)
                return self._sum(self._bought(days, line), line) - self._sum(returned, line)
            case Metric.PURCHASE_AMOUNT:
                return self._sum(self._bought(days, line), line)
            case Metric.RETURNED_AMOUNT:
                return self._sum(self._within(PurchaseReturned, days, line), line)
            case Metric.PAID_AMOUNT:
                return sum(item.amount.amount for item in self._within(PaymentRecorded, days))
            case Metric.BAD_TOUCHPOINTS:
                touched = self._within(TouchpointRecorded, days)
                return sum(item.sentiment is Sentiment.NEGATIVE for item in touched)
        counted = {
            Metric.PURCHASES: PurchaseRecorded,
            Metric.RETURNS: PurchaseReturned,
            Metric.PAYMENTS: PaymentRecorded,
            Metric.FAILED_PAYMENTS: PaymentFailed,
            Metric.TOUCHPOINTS: TouchpointRecorded,
            Metric.OFFERS_ACCEPTED: OfferAccepted,
            Metric.OFFERS_REJECTED: OfferRejected,
        }
        return len(self._within(counted[metric], days, line))

    def _within(self, kind: Any, days: int | None, line: str | None = None) -> list[Any]:
        return [
            item
            for item in self._all(kind)
            if (days is None or (self.today - day_of(item.occurred_at)).days < days)
            and (line is None or any(row.product_line == line for row in item.lines))
        ]

    def _bought(self, days: int | None, line: str | None) -> list[Any]:
        return self._within(PurchaseRecorded, days, line)

    def _sum(self, items: Iterable[Any], line: str | None) -> Decimal:
        if line is None:
            return sum((item.total.amount for item in items), Decimal(0))
        rows = [row for item in items for row in item.lines if row.product_line == line]
        return sum((row.quantity * row.unit_price for row in rows), Decimal(0))

    # Days since something happened

    def days_since(self, moment: Moment) -> int | None:
        """Return the days since the moment; None where the moment never came."""
        days = self._days(moment)
        if not days:
            return None
        chosen = min(days) if moment is Moment.FIRST_PURCHASE else max(days)
        return max((self.today - chosen).days, 0)

    def _days(self, moment: Moment) -> list[date]:
        if moment is Moment.REGISTRATION:
            return [day_of(self.state.registered_at)] if self.state else []
        if moment is Moment.LAST_CASE:
            return [day_of(item.opened_at) for item in self._cases()]
        kinds = {
            Moment.LAST_RETURN: PurchaseReturned,
            Moment.LAST_PAYMENT: PaymentRecorded,
            Moment.LAST_FAILED_PAYMENT: PaymentFailed,
            Moment.LAST_TOUCHPOINT: TouchpointRecorded,
        }
        return [day_of(item.occurred_at) for item in self._all(kinds.get(moment, PurchaseRecorded))]

    # What is true now

    def attribute(self, attribute: Attribute) -> Any:  # noqa: PLR0911 - a table
        """Return an attribute; None where it is unknown."""
        score = self._newest(ChurnScored)
        match attribute:
            case Attribute.AGE:
                return self.age
            case Attribute.ACTIVE_CONTRACT:
                return any(
                    item.starts_at <= self.now and (item.ends_at is None or item.ends_at > self.now)
                    for item in self._contracts()
                )
            case Attribute.OPEN_CASES:
                return sum(item.status in OPEN_STATUSES for item in self._cases())
            case Attribute.OPEN_COMPLAINT:
                return any(item.status in OPEN_STATUSES and item.mutes for item in self._cases())
            case Attribute.CHURN_BAND:
                return score.band if score else None
            case Attribute.CHURN_PROBABILITY:
                return score.probability if score else None
            case Attribute.TIER:
                return self.tier()
            case Attribute.RFM_RECENCY | Attribute.RFM_FREQUENCY | Attribute.RFM_MONETARY:
                scores = self.scores()
                place = (Attribute.RFM_RECENCY, Attribute.RFM_FREQUENCY, Attribute.RFM_MONETARY)
                return scores[place.index(attribute)] if scores else None
        return getattr(self.state, attribute.value, None) if self.state else None

    def _contracts(self) -> list[Any]:
        newest: dict[Any, Any] = {}
        events = [event for event in self.events if isinstance(event.data, ContractFact)]
        for event in sorted(events, key=lambda event: (event.data.version, event.data.occurred_at, event.id)):
            newest[event.data.contract_id] = event.data
        return list(newest.values())

    def _cases(self) -> list[Any]:
        newest: dict[Any, Any] = {}
        for item in sorted(self._all(CaseState), key=lambda item: item.version):
            newest[item.case_id] = item
        return list(newest.values())

    # Value

    def scores(self) -> tuple[int, int, int] | None:
        """Return recency, frequency and monetary quintile."""
        limits = self.boundaries
        frequency = self.metric(Metric.PURCHASES, limits.window_days) if limits else 0
        if limits is None or not frequency or not self.profiled:
            return None
        days, amount = self.days_since(Moment.LAST_PURCHASE), self.metric(Metric.NET_AMOUNT, limits.window_days)
        assert days is not None
        return (
            5 - sum(days > limit for limit in limits.recency_days),
            1 + sum(frequency > limit for limit in limits.frequency),
            1 + sum(amount > limit for limit in limits.monetary),
        )

    def tier(self) -> str | None:
        """Return the value tier."""
        if self.boundaries is None or self.scores() is None:
            return None
        amount = self.metric(Metric.NET_AMOUNT, self.boundaries.window_days)
        return next(
            tier.tier for tier in self.boundaries.tiers if tier.from_amount is None or amount >= tier.from_amount
        )
