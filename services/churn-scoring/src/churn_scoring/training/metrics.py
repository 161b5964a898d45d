"""Metrics of a model on the hold-out: ranking, probability and calibration, each with its interval."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from churn_scoring.domain.features import Floats

Labels = NDArray[np.bool_]
Metrics = dict[str, dict[str, float]]

BINS = 10
RESAMPLES = 200
LARGEST_RESAMPLE = 1000
"""Customers of a resample. Deviations shrink with the root of the number, so a part tells those of the whole."""
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


def auc(silent: Labels, probabilities: Floats) -> float:
    """Return the probability that a silent customer has a higher score than another; ties count half."""
    _, places, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    positives = int(silent.sum())
    above = float(ranks[silent].sum()) - positives * (positives + 1) / 2
    return above / (positives * (len(silent) - positives))


def average_precision(silent: Labels, probabilities: Floats) -> float:
    """Return the mean precision at each silent customer, with equal scores taken together."""
    values, places = np.unique(-probabilities, return_inverse=True)
    found = np.bincount(places, weights=silent, minlength=len(values))
    precision = np.cumsum(found) / np.cumsum(np.bincount(places, minlength=len(values)))
    return float((precision * found).sum() / found.sum())


def brier(silent: Labels, probabilities: Floats) -> float:
    """Return the mean squared error of the probabilities."""
    return float(((probabilities - silent) ** 2).mean())


MEASURES: dict[str, Callable[[Labels, Floats], float]] = {
    "auc": auc,
    "average_precision": average_precision,
    "brier": brier,
    "ece": calibration_error,
}


def measure(silent: Labels, probabilities: Floats) -> Metrics:
    """Return each measure with its 95 % interval by the percentile bootstrap over customers.

    There are none for a single outcome, which no model can rank.
    """
    if not 0 < silent.sum() < len(silent):
        return {}
    random = np.random.default_rng(SEED)
    size = min(len(silent), LARGEST_RESAMPLE)
    draws = [random.integers(0, len(silent), size) for _ in range(RESAMPLES)]
    draws = [draw for draw in draws if 0 < silent[draw].sum() < len(draw)]
    shrink = (size / len(silent)) ** 0.5
    return {name: _interval(of, silent, probabilities, draws, shrink) for name, of in MEASURES.items()}


def _interval(
    of: Callable[[Labels, Floats], float],
    silent: Labels,
    probabilities: Floats,
    draws: list[NDArray[np.int64]],
    shrink: float,
) -> dict[str, float]:
    value = float(of(silent, probabilities))
    if not draws:
        return {"value": value, "low": value, "high": value}
    found = np.array([of(silent[draw], probabilities[draw]) for draw in draws])
    # Resamples of the calibration error are biased upwards, so deviations count from their mean.
    low, high = np.percentile(found - found.mean(), COVERED) * shrink
    return {"value": value, "low": value + float(low), "high": value + float(high)}


def brier_gain(silent: Labels, baseline: Floats, model: Floats) -> dict[str, float]:
    """Return the baseline's Brier score minus the model's, with its 95 % interval over pairs."""
    gains = (baseline - silent) ** 2 - (model - silent) ** 2
    random = np.random.default_rng(SEED)
    size = min(len(gains), LARGEST_RESAMPLE)
    means = np.array([gains[random.integers(0, len(gains), size)].mean() for _ in range(RESAMPLES)])
    low, high = np.percentile(means - gains.mean(), COVERED) * (size / len(gains)) ** 0.5
    value = float(gains.mean())
    return {"value": value, "low": value + float(low), "high": value + float(high)}
