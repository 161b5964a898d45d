"""Logistic regression on the logarithms of LEARNED_FEATURES, stored as plain data and applied without scikit-learn."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from churn_scoring.domain.calibration import expit, logit
from churn_scoring.domain.features import Floats
from churn_scoring.domain.learned import Rows

FARTHEST = 4.0
"""Standard deviations from the mean beyond which a feature says no more; heavy tails move no score far."""


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted logistic regression; `centre` and `scale` standardise the inputs."""

    centre: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the regression that `document` (JSON) holds."""
        lists = {name: tuple(document[name]) for name in ("centre", "scale", "weights")}
        return cls(**lists, intercept=document["intercept"])

    def document(self) -> dict[str, Any]:
        """Return the regression as JSON values."""
        return asdict(self)

    def probabilities(self, rows: Rows) -> Floats:
        """Return the raw probability of silence, per row of LEARNED_FEATURES."""
        inputs = standardised(rows, np.array(self.centre), np.array(self.scale))
        # A sum per row, unlike a matrix product, gives the same bits for any number of rows.
        return expit((inputs * np.array(self.weights)).sum(axis=1) + self.intercept)


def logarithms(rows: Rows) -> Floats:
    """Return the logarithms of the features, and the log-odds of BG/NBD's probability in the last column."""
    values = rows.astype(np.float64)
    return np.column_stack([np.sign(values[:, :-1]) * np.log1p(np.abs(values[:, :-1])), logit(values[:, -1])])


def standardised(rows: Rows, centre: Floats, scale: Floats) -> Floats:
    """Return standardised logarithms, their squares, and whether each is unknown; unknown ones are 0."""
    logs = logarithms(rows)
    unknown = np.isnan(logs)
    near = np.where(unknown, 0.0, np.clip((logs - centre) / scale, -FARTHEST, FARTHEST))
    return np.ascontiguousarray(np.column_stack([near, near * near, unknown]))
