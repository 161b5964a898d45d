"""Calibration: a map from a model's raw score to an unbiased probability, stored as plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Calibration:
    """A non-decreasing map of log-odds onto probabilities.

    `platt`: `1 / (1 + exp(-(slope * log_odds + intercept)))` (Platt 1999), for few observations.
    `isotonic`: linear between the points of an isotonic regression (Zadrozny & Elkan 2002), for many.
    """

    kind: str
    slope: float = 1.0
    intercept: float = 0.0
    log_odds: tuple[float, ...] = ()
    probability: tuple[float, ...] = ()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the calibration that `document` (JSON) holds."""
        lists = {name: tuple(document[name]) for name in ("log_odds", "probability")}
        return cls(kind=document["kind"], slope=document["slope"], intercept=document["intercept"], **lists)

    def document(self) -> dict[str, Any]:
        """Return the calibration as JSON values."""
        return asdict(self)

    def apply(self, probabilities: Floats) -> Floats:
        """Return calibrated probabilities, elementwise."""
        odds = logit(probabilities)
        if self.kind == "isotonic":
            return np.interp(odds, self.log_odds, self.probability)
        return expit(self.slope * odds + self.intercept)


def logit(probabilities: Floats) -> Floats:
    """Return log-odds of probabilities clipped to a millionth away from 0 and 1."""
    inside = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def expit(log_odds: Floats) -> Floats:
    """Return probabilities of log-odds, without overflow."""
    return np.exp(-np.logaddexp(0.0, -log_odds))
