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
SEASON = 0.3
"""Usual deviation of a shop's level from season to season, in log-odds: 7 of 100 customers."""

Labels = NDArray[np.bool_]


def lasting_gap(gap: float, windows: int, information: float) -> float:
    """Return what is to be expected in the next window of a mean gap in log-odds that was observed in earlier ones.

    `windows` do not overlap; `information` is the sum of `p * (1 - p)` over their customers. A gap no larger than
    seasons and chance make it is drawn to 0, and of a much larger one nearly all remains (James & Stein 1961).
    """
    if not windows or not information > 0:
        return 0.0
    passing = SEASON**2 / windows + 1 / information
    return gap * (1 - passing / gap**2) if gap**2 > passing else 0.0


def information_of(probabilities: Floats) -> float:
    """Return how much the outcomes of these customers say about their level: the inverse of its variance."""
    return float((probabilities * (1 - probabilities)).sum())


def fit_sigmoid(probabilities: Floats, silent: Labels, windows: int | None = None) -> Calibration:
    """Return Platt's calibration, or none for few customers or a single outcome.

    With `windows`, of how many windows the outcomes are, the level at the mean of the log-odds is drawn to the raw one.
    """
    if not _is_enough(silent):
        return Calibration()
    odds = logit(probabilities)
    centre = float(odds.mean())
    fitted = LogisticRegression(C=WEAK_PENALTY).fit((odds - centre).reshape(-1, 1), silent)
    # A model with an inverted ranking has no information; slope 0 leaves the base rate.
    slope = max(float(fitted.coef_[0, 0]), 0.0)
    level = float(fitted.intercept_[0])
    if windows is not None:
        level = centre + lasting_gap(level - centre, windows, information_of(probabilities))
    return Calibration("platt", slope=slope, intercept=level - slope * centre)


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
