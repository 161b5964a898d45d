"""The fit of a calibration, on customers outside the model's fit."""

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from churn_scoring.domain.calibration import Calibration, logit
from churn_scoring.domain.features import Floats

ENOUGH_FOR_ISOTONIC = 1000
"""Isotonic regression overfits on fewer examples (Niculescu-Mizil & Caruana 2005)."""
NO_PENALTY = 1e6


def fit_calibration(probabilities: Floats, silent: NDArray[np.bool_]) -> Calibration:
    """Return the fitted calibration: Platt's for few examples, isotonic for many."""
    if len(silent) >= ENOUGH_FOR_ISOTONIC:
        return _isotonic(probabilities, silent)
    return _platt(probabilities, silent)


def _platt(probabilities: Floats, silent: NDArray[np.bool_]) -> Calibration:
    fitted = LogisticRegression(C=NO_PENALTY).fit(logit(probabilities).reshape(-1, 1), silent)
    # A model with an inverted ranking on the calibration set has no information; slope 0 leaves the base rate.
    slope = max(float(fitted.coef_[0, 0]), 0.0)
    return Calibration("platt", slope=slope, intercept=float(fitted.intercept_[0]))


def _isotonic(probabilities: Floats, silent: NDArray[np.bool_]) -> Calibration:
    fitted = IsotonicRegression(y_min=0.005, y_max=0.995, out_of_bounds="clip")
    fitted.fit(logit(probabilities), silent.astype(float))
    return Calibration(
        "isotonic",
        log_odds=tuple(map(float, fitted.X_thresholds_)),
        probability=tuple(map(float, fitted.y_thresholds_)),
    )
