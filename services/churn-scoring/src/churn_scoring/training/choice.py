"""Choices between models by the interval of their paired difference, never by a point estimate alone."""

from collections.abc import Mapping, Sequence

from churn_scoring.domain.features import Floats
from churn_scoring.training.metrics import Labels, brier_gain


def choose(preferred: Sequence[str], predicted: Mapping[str, Floats], silent: Labels) -> str:
    """Return the first of `preferred` that is not significantly worse than the best by Brier score.

    The order decides among models that the hold-out cannot tell apart, so the choice does not change by chance.
    """
    briers = {name: float(((predicted[name] - silent) ** 2).mean()) for name in preferred}
    best = min(preferred, key=lambda name: briers[name])
    return next(name for name in preferred if not is_better(predicted[best], predicted[name], silent))


def is_better(model: Floats, baseline: Floats, silent: Labels) -> bool:
    """Return whether the 95 % interval of the gain in Brier score over the baseline lies above 0."""
    return brier_gain(silent, baseline, model)["low"] > 0
