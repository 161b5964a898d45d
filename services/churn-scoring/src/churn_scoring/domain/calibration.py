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

    `none`: the raw score is a probability already.
    `platt`: `1 / (1 + exp(-(slope * log_odds + intercept)))` (Platt 1999).
    `isotonic`: linear between the points of an isotonic regression (Zadrozny & Elkan 2002); older models have it.
    """

    kind: str = "none"
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
        if self.kind == "none":
            return probabilities
        odds = logit(probabilities)
        if self.kind == "isotonic":
            return np.interp(odds, self.log_odds, self.probability)
        return expit(self.slope * odds + self.intercept)


@dataclass(frozen=True, slots=True)
class ActivityCalibration:
    """A calibration for active customers and another for lapsed ones, who bought last more than `active_days` ago."""

    active: Calibration = Calibration()
    lapsed: Calibration = Calibration()
    active_days: int = 0

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the calibration that `document` (JSON) holds; older models have one for all customers."""
        if "active" not in document:
            for_all = Calibration.from_document(document)
            return cls(for_all, for_all)
        active, lapsed = (Calibration.from_document(document[name]) for name in ("active", "lapsed"))
        return cls(active, lapsed, active_days=document["active_days"])

    def document(self) -> dict[str, Any]:
        """Return the calibration as JSON values."""
        return asdict(self)

    def apply(self, probabilities: Floats, silence: Floats) -> Floats:
        """Return calibrated probabilities, given the days since the last purchase."""
        active = silence <= self.active_days
        return np.where(active, self.active.apply(probabilities), self.lapsed.apply(probabilities))


NO_CALIBRATION = ActivityCalibration()


def logit(probabilities: Floats) -> Floats:
    """Return log-odds of probabilities clipped to a millionth away from 0 and 1."""
    inside = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def expit(log_odds: Floats) -> Floats:
    """Return probabilities of log-odds, without overflow."""
    return np.exp(-np.logaddexp(0.0, -log_odds))
