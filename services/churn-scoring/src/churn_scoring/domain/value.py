"""What is at stake: the spending to expect of a customer within the horizon, and the part of it at risk.

Amounts are rounded half to even to the smallest coin of the reporting currency, and never more than an amount can say.
"""

from decimal import Decimal
from math import log

from churn_scoring.domain.history import History
from churn_scoring.domain.policy import ValuePrior
from lealtad.money import LARGEST_AMOUNT, in_minor_units


def expected_value(history: History, day: int, horizon_days: int, prior: ValuePrior, currency: str) -> Decimal:
    """Return the net spending expected in `horizon_days`, if the customer stays as before.

    The own rate is net spending over the days known; it is shrunk to the base's rate by counting `weight_days` days
    at that rate (the posterior mean of a Gamma-Poisson rate). Returns above purchases count as nothing spent.
    """
    first = history.first_purchase_day
    known = 0 if first is None else max(day - first, 0)
    spent = max(history.spent - history.returned, Decimal(0))
    rate = (spent + prior.daily_spend * prior.weight_days) / (known + prior.weight_days)
    return in_minor_units(min(rate * horizon_days, LARGEST_AMOUNT), currency)


def published_value(expected: Decimal, step: Decimal, currency: str) -> Decimal:
    """Return the power of `1 + step` that is nearest to an expected value, on a logarithmic scale; 0 below 1.

    What is published must not depend on when it was: facts come in batches of any size, and between two announcements
    the exact value goes on changing.
    """
    if expected < 1:
        return Decimal(0)
    base = 1 + step
    return in_minor_units(min(base ** round(log(expected) / log(base)), LARGEST_AMOUNT), currency)


def value_at_risk(probability: Decimal, expected: Decimal, currency: str) -> Decimal:
    """Return the expected loss: probability of leaving times what would be spent."""
    return in_minor_units(probability * expected, currency)
