"""The expected value of a customer within the horizon, and the value at risk.

Amounts are rounded half to even to the smallest coin of the reporting currency, and capped at the largest amount.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import log

import numpy as np
from numpy.typing import NDArray

from churn_scoring.domain.history import History
from churn_scoring.domain.policy import ValuePrior
from lealtad.money import LARGEST_AMOUNT, in_minor_units

Floats = NDArray[np.float64]
SMALLEST_RATE = 1e-9


@dataclass(frozen=True, slots=True)
class ValueModel:
    """The expected spending as learned: `scale * rate ** power`, where the rate is own spending drawn to the base's."""

    daily_spend: float
    weight_days: float
    power: float
    scale: float
    horizon_days: int

    def values(self, spent: Floats, known_days: Floats) -> Floats:
        """Return what customers who stay spend within the horizon, from their net spending and its days."""
        rates = spending_rates(spent, known_days, self.daily_spend, self.weight_days)
        return self.scale * np.maximum(rates, SMALLEST_RATE) ** self.power


def spending_rates(spent: Floats, known_days: Floats, daily_spend: float, weight_days: float) -> Floats:
    """Return net spending per day, with `weight_days` additional days at the base's rate; negative spending is 0."""
    return np.asarray((np.maximum(spent, 0.0) + daily_spend * weight_days) / (known_days + weight_days))


def expected_value(history: History, day: int, horizon_days: int, prior: ValuePrior, currency: str) -> Decimal:
    """Return the net spending expected in `horizon_days`, if the customer stays as before.

    The customer's rate is net spending per day since the first purchase. It is shrunk to the base's rate by
    `weight_days` additional days at that rate (the posterior mean of a Gamma-Poisson rate). Negative net spending is
    counted as 0.
    """
    spent, known = _own_spending(history, day)
    rate = (spent + prior.daily_spend * prior.weight_days) / (known + prior.weight_days)
    return in_minor_units(min(rate * horizon_days, LARGEST_AMOUNT), currency)


def learned_value(history: History, day: int, learned: ValueModel, currency: str) -> Decimal:
    """Return the net spending expected within the horizon of `learned`, if the customer stays as before."""
    spent, known = _own_spending(history, day)
    value = float(learned.values(np.array([float(spent)]), np.array([float(known)]))[0])
    return in_minor_units(Decimal(min(value, float(LARGEST_AMOUNT))), currency)


def _own_spending(history: History, day: int) -> tuple[Decimal, int]:
    first = history.first_purchase_day
    return max(history.spent - history.returned, Decimal(0)), 0 if first is None else max(day - first, 0)


def published_value(expected: Decimal, step: Decimal, currency: str) -> Decimal:
    """Return the power of `1 + step` that is nearest to an expected value, on a logarithmic scale; 0 below 1.

    The steps make the published value independent of the time of publication. Facts come in batches of any size, and
    the exact value changes between two announcements.
    """
    if expected < 1:
        return Decimal(0)
    base = 1 + step
    return in_minor_units(min(base ** round(log(expected) / log(base)), LARGEST_AMOUNT), currency)


def value_at_risk(probability: Decimal, expected: Decimal, currency: str) -> Decimal:
    """Return the expected loss, the probability of leaving times the expected value."""
    return in_minor_units(probability * expected, currency)
