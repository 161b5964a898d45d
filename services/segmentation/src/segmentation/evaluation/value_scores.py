"""Quintiles and tier of a customer as SQL, against the current boundaries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, Text, and_, any_, case, cast, literal, null, or_, true

from segmentation.customer_base.models import evaluated_customer
from segmentation.domain.boundaries import Boundaries
from segmentation.domain.rulebook import Rulebook
from segmentation.domain.vocabulary import Attribute, Metric, Moment
from segmentation.evaluation.sources import Sources
from segmentation.evaluation.windows import Window, days_since


@dataclass(frozen=True, slots=True)
class ValueColumns:
    """Columns of quintiles and tier; NULL without boundaries, or without a purchase in the window."""

    tier: ColumnElement[Any]
    service_tier: ColumnElement[Any]
    recency: ColumnElement[Any]
    frequency: ColumnElement[Any]
    monetary: ColumnElement[Any]

    @property
    def attributes(self) -> dict[Attribute, ColumnElement[Any]]:
        """Return the columns that rules compare."""
        return {
            Attribute.TIER: self.tier,
            Attribute.RFM_RECENCY: self.recency,
            Attribute.RFM_FREQUENCY: self.frequency,
            Attribute.RFM_MONETARY: self.monetary,
        }


def frequency_window(days: int) -> Window:
    """Return the window whose value is the frequency."""
    return Window(Metric.PURCHASES, days)


def monetary_window(days: int) -> Window:
    """Return the window whose value is the net amount."""
    return Window(Metric.NET_AMOUNT, days)


def value_windows(rulebook: Rulebook) -> set[Window]:
    """Return the windows that ranking needs: those of the policy and of the current boundaries."""
    lengths = {rulebook.policy.window_days}
    if rulebook.boundaries:
        lengths.add(rulebook.boundaries.window_days)
    return {window(days) for days in lengths for window in (frequency_window, monetary_window)}


def value_columns(facts: Sources, boundaries: Boundaries | None) -> ValueColumns:
    """Return quintiles and tier of every row."""
    if boundaries is None:
        no_text, no_number = cast(null(), Text), cast(null(), Integer)
        return ValueColumns(no_text, no_text, no_number, no_number, no_number)
    return rank(
        boundaries,
        rankable=facts.profiled,
        last_purchase=facts.moments[Moment.LAST_PURCHASE],
        purchases=facts.windows.values[frequency_window(boundaries.window_days)],
        amount=facts.windows.values[monetary_window(boundaries.window_days)],
    )


def rank(
    boundaries: Boundaries,
    *,
    rankable: ColumnElement[bool],
    last_purchase: ColumnElement[date],
    purchases: ColumnElement[Any],
    amount: ColumnElement[Any],
) -> ValueColumns:
    """Return quintiles and tier by `boundaries`, for `purchases` and net `amount` in their window."""
    buyer = and_(rankable, purchases > 0)
    days = days_since(last_purchase)
    tiers = boundaries.tiers
    return ValueColumns(
        tier=_tier(buyer, amount, [(tier.tier, tier.from_amount) for tier in tiers]),
        service_tier=_tier(buyer, amount, [(tier.service_tier, tier.from_amount) for tier in tiers]),
        recency=case((buyer, 5 - _exceeded(days, boundaries.recency_days))),
        frequency=case((buyer, 1 + _exceeded(purchases, boundaries.frequency))),
        monetary=case((buyer, 1 + _exceeded(amount, boundaries.monetary))),
    )


def ranks_differ(boundaries: Boundaries, recency_limits: Iterable[frozenset[int]]) -> ColumnElement[bool]:
    """Return the condition on `evaluated_customer` that `boundaries` give other scores or tiers; it binds `today`.

    Time moves recency scores every few days, so that they count only where a rule depends on them. Each of
    `recency_limits` holds the scores that meet one condition of a rule.
    """
    stored = evaluated_customer.c
    new = rank(
        boundaries,
        rankable=true(),
        last_purchase=stored.last_purchase,
        purchases=stored.frequency,
        amount=stored.monetary,
    )
    return or_(
        stored.tier.is_distinct_from(new.tier),
        stored.service_tier.is_distinct_from(new.service_tier),
        stored.rfm_frequency.is_distinct_from(new.frequency),
        stored.rfm_monetary.is_distinct_from(new.monetary),
        *(_is_any(stored.rfm_recency, some).is_distinct_from(_is_any(new.recency, some)) for some in recency_limits),
    )


def _is_any(score: ColumnElement[int], scores: frozenset[int]) -> ColumnElement[bool]:
    return score == any_(literal(sorted(scores), ARRAY(Integer)))


def _exceeded(value: ColumnElement[Any], boundaries: Sequence[int | Decimal]) -> ColumnElement[int]:
    total: ColumnElement[int] = literal(0)
    for boundary in boundaries:
        total = total + cast(value > boundary, Integer)
    return total


def _tier(
    buyer: ColumnElement[bool], amount: ColumnElement[Any], names: list[tuple[str, Decimal | None]]
) -> ColumnElement[Any]:
    steps = [(buyer if low is None else and_(buyer, amount >= low), literal(name, Text)) for name, low in names]
    return case(*steps)
