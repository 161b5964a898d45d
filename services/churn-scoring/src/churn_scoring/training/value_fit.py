"""The fit of the expected spending on the logarithmic scale, from own spending drawn to the base's; right in sum."""

from collections.abc import Mapping

import numpy as np

from churn_scoring.domain.features import COLUMN, Floats
from churn_scoring.domain.policy import ValuePrior
from churn_scoring.domain.value import SMALLEST_RATE, ValueModel, spending_rates
from churn_scoring.training.examples import Examples

WEIGHTS = (7.0, 30.0, 90.0, 180.0, 365.0)
"""Days of the base's spending that own spending is drawn to, of which the fit takes the best."""
FEWEST = 50
BOUNDS = (0.2, 1.5)
"""Of the power, so that one large customer cannot turn the order round."""


def fit_value(examples: Examples, horizon_days: int) -> ValueModel | None:
    """Return the fit on customers who bought again, or None for fewer than `FEWEST` or without spending."""
    some = staying(examples)
    known = some.rows[:, COLUMN["age"]]
    if len(some) < FEWEST or not some.net_spent.sum() > 0:
        return None
    daily = float(np.maximum(some.net_spent, 0).sum() / np.maximum(known, 1).sum())
    fits = [_fit(some, known, daily, weight, horizon_days) for weight in WEIGHTS]
    return min(fits, key=lambda fit: fit[0])[1]


def staying(examples: Examples) -> Examples:
    """Return the customers who bought again and spent more than they returned: the value counts if they stay."""
    return examples.select(examples.scored & ~examples.silent & (examples.spent_after > 0))


def measure_value(examples: Examples, predicted: Mapping[str, Floats]) -> dict[str, dict[str, float]]:
    """Return by model what customers who stayed were to spend on average, what they spent, and the rank correlation."""
    spent = examples.spent_after
    return {
        name: {"expected": float(values.mean()), "spent": float(spent.mean()), "rank": _rank_correlation(values, spent)}
        for name, values in predicted.items()
    }


def prior_values(examples: Examples, prior: ValuePrior, horizon_days: int) -> Floats:
    """Return what the policy's prior expects of each customer."""
    known = examples.rows[:, COLUMN["age"]]
    return spending_rates(examples.net_spent, known, float(prior.daily_spend), float(prior.weight_days)) * horizon_days


def _fit(some: Examples, known: Floats, daily: float, weight: float, horizon_days: int) -> tuple[float, ValueModel]:
    rates = spending_rates(some.net_spent, known, daily, weight)
    inputs, outputs = np.log(np.maximum(rates, SMALLEST_RATE)), np.log(some.spent_after)
    spread = float(inputs.var())
    slope = float(np.cov(inputs, outputs, bias=True)[0, 1]) / spread if spread > 0 else 1.0
    power = float(np.clip(slope, *BOUNDS))
    residuals = outputs - power * inputs
    plain = np.maximum(rates, SMALLEST_RATE) ** power
    scale = float(some.spent_after.sum() / plain.sum())
    return float(residuals.var()), ValueModel(daily, weight, power, scale, horizon_days)


def _rank_correlation(left: Floats, right: Floats) -> float:
    if len(left) < 2 or np.ptp(left) == 0 or np.ptp(right) == 0:  # noqa: PLR2004 - a correlation needs two
        return 0.0
    ranks = [np.unique(values, return_inverse=True)[1].astype(float) for values in (left, right)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
