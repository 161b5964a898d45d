"""The fit of calibrations, for active and lapsed customers apart."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from churn_scoring.domain.calibration import Calibration, expit, logit
from churn_scoring.domain.features import Floats

WEAK_PENALTY = 1.0
FEWEST = 100
"""Fewer customers of a group say nothing about its calibration."""
LARGEST_SHIFT = 8.0
SHIFT_STEPS = 40

Labels = NDArray[np.bool_]


def fit_sigmoid(probabilities: Floats, silent: Labels) -> Calibration:
    """Return Platt's calibration, or none for few customers or a single outcome."""
    if not _is_enough(silent):
        return Calibration()
    odds = logit(probabilities)
    centre = float(odds.mean())
    fitted = LogisticRegression(C=WEAK_PENALTY).fit((odds - centre).reshape(-1, 1), silent)
    # A model with an inverted ranking has no information; slope 0 leaves the base rate.
    slope = max(float(fitted.coef_[0, 0]), 0.0)
    return Calibration("platt", slope=slope, intercept=float(fitted.intercept_[0]) - slope * centre)


def fit_shift(probabilities: Floats, silent: Labels) -> Calibration:
    """Return the shift of the log-odds that makes the mean probability the observed rate; none for few customers.

    A rate of few customers is drawn to the predicted one by half a customer of each outcome.
    """
    if len(silent) < FEWEST:
        return Calibration()
    wanted = (silent.sum() + probabilities.mean()) / (len(silent) + 1)
    odds, low, high = logit(probabilities), -LARGEST_SHIFT, LARGEST_SHIFT
    for _ in range(SHIFT_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(odds + middle).mean() < wanted else (low, middle)
    return Calibration("platt", intercept=(low + high) / 2)


def _is_enough(silent: Labels) -> bool:
    return len(silent) >= FEWEST and 0 < silent.sum() < len(silent)
