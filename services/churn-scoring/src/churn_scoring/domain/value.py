"""The expected value of a customer within the horizon, and the value at risk.

Amounts are rounded half to even to the smallest coin of the reporting currency, and capped at the largest amount.
"""

from decimal import Decimal
from math import log

from churn_scoring.domain.history import History
from churn_scoring.domain.policy import ValuePrior
from lealtad.money import LARGEST_AMOUNT, in_minor_units


def expected_value(history: History, day: int, horizon_days: int, prior: ValuePrior, currency: str) -> Decimal:
    """Return the net spending expected in `horizon_days`, if the customer stays as before.

    The customer's rate is net spending per day since the first purchase. It is shrunk to the base's rate by
    `weight_days` additional days at that rate (the posterior mean of a Gamma-Poisson rate). Negative net spending is
    counted as 0.
    """
    first = history.first_purchase_day
    known = 0 if first is None else max(day - first, 0)
    spent = max(history.spent - history.returned, Decimal(0))
    rate = (spent + prior.daily_spend * prior.weight_days) / (known + prior.weight_days)
    return in_minor_units(min(rate * horizon_days, LARGEST_AMOUNT), currency)


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
