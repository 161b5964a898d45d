"""The fit of the prior: BG/NBD parameters for a new shop, from shops with long histories."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from churn_scoring.domain.bgnbd import BgNbd, Floats, probability_of_silence
from churn_scoring.domain.calibration import SMALLEST
from churn_scoring.domain.features import COLUMN
from churn_scoring.training.examples import Examples

START = BgNbd(r=1.0, alpha=60.0, a=1.0, b=5.0)
BOUND = 7.0
"""Largest |log parameter| of the search."""


def fit_prior(shops: Sequence[Examples], horizon_days: int) -> BgNbd:
    """Return the parameters whose P(X = 0) has the least mean log loss over the horizon, with equal weight per shop.

    The loss replaces the likelihood of the histories, because a prior must be right about the horizon for shops that no
    single set of parameters describes. The logarithmic score is proper (Gneiting & Raftery 2007).
    """
    known = [_purchases(examples) for examples in shops]

    def loss(logs: Floats) -> float:
        parameters = BgNbd(*map(float, np.exp(logs)))
        predicted = [probability_of_silence(parameters, *own, float(horizon_days)) for own in known]
        return sum(_log_loss(own, shop) for own, shop in zip(predicted, shops, strict=True)) / len(shops)

    start = np.log([START.r, START.alpha, START.a, START.b])
    result = minimize(loss, start, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * 4)
    return BgNbd(*map(float, np.exp(result.x)))


def _purchases(examples: Examples) -> tuple[Floats, Floats, Floats]:
    frequency, recency, age = (examples.rows[:, COLUMN[name]] for name in ("frequency", "recency", "age"))
    return frequency, recency, age


def _log_loss(predicted: Floats, examples: Examples) -> float:
    inside = np.clip(predicted, SMALLEST, 1 - SMALLEST)
    return float(-np.log(np.where(examples.silent, inside, 1 - inside)).mean())
