"""Metrics of a model on the hold-out: ranking, probability and calibration, each with its interval."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from churn_scoring.domain.features import Floats

Labels = NDArray[np.bool_]
Metrics = dict[str, dict[str, float]]

BINS = 10
RESAMPLES = 200
COVERED = (2.5, 97.5)
SEED = 20110301


def calibration_error(silent: Labels, probabilities: Floats) -> float:
    """Return the expected calibration error over bins of equal numbers (Naeini et al. 2015, with quantile bins)."""
    order = np.argsort(probabilities, kind="stable")
    gaps = [
        abs(silent[part].mean() - probabilities[part].mean()) * len(part)
        for part in np.array_split(order, min(BINS, len(order)))
    ]
    return float(sum(gaps) / len(order))


MEASURES: dict[str, Callable[[Labels, Floats], float]] = {
    "auc": roc_auc_score,
    "average_precision": average_precision_score,
    "brier": brier_score_loss,
    "ece": calibration_error,
}


def measure(silent: Labels, probabilities: Floats) -> Metrics:
    """Return each measure with its 95 % interval by the percentile bootstrap over customers."""
    random = np.random.default_rng(SEED)
    draws = [random.integers(0, len(silent), len(silent)) for _ in range(RESAMPLES)]
    draws = [draw for draw in draws if 0 < silent[draw].sum() < len(draw)]
    measured = {}
    for name, of in MEASURES.items():
        low, high = np.percentile([of(silent[draw], probabilities[draw]) for draw in draws], COVERED)
        measured[name] = {"value": float(of(silent, probabilities)), "low": float(low), "high": float(high)}
    return measured


def brier_gain(silent: Labels, baseline: Floats, model: Floats) -> dict[str, float]:
    """Return the baseline's Brier score minus the model's, with its 95 % interval over pairs."""
    gains = (baseline - silent) ** 2 - (model - silent) ** 2
    random = np.random.default_rng(SEED)
    means = [gains[random.integers(0, len(gains), len(gains))].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, COVERED)
    return {"value": float(gains.mean()), "low": float(low), "high": float(high)}
