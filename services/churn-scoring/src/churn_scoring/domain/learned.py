"""Learned models: estimators over FEATURES and the probability of BG/NBD, or the mean of several."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from churn_scoring.domain.calibration import ActivityCalibration
from churn_scoring.domain.features import COLUMN, FEATURES, Floats
from churn_scoring.domain.models import InactivityModel

LEARNED_FEATURES = (*FEATURES, "bg_nbd_silence")
Rows = NDArray[np.float32]


class Estimator(Protocol):
    """A fitted estimator, as far as scoring uses it."""

    def probabilities(self, rows: Rows) -> Floats:
        """Return the raw probability of silence, per row of LEARNED_FEATURES."""
        ...


class Classifier(Protocol):
    """A classifier of scikit-learn, as far as scoring uses it."""

    def predict_proba(self, rows: Rows) -> Floats:
        """Return the probabilities of class 0 and 1, one row each."""
        ...


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees of scikit-learn as an estimator."""

    classifier: Classifier

    def probabilities(self, rows: Rows) -> Floats:
        """Return the raw probability of silence, per row of LEARNED_FEATURES."""
        return self.classifier.predict_proba(rows)[:, 1]


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """The mean of estimators, calibrated if a calibration exists."""

    estimators: tuple[Estimator, ...]
    inactivity: InactivityModel
    calibration: ActivityCalibration | None = None

    def probabilities(self, rows: Floats) -> Floats:
        """Return the probability of leaving within the horizon, per row of FEATURES."""
        learned = learned_rows(self.inactivity, rows)
        raw = np.mean([estimator.probabilities(learned) for estimator in self.estimators], axis=0)
        return self.calibration.apply(raw, rows[:, COLUMN["silence"]]) if self.calibration else raw


def learned_rows(inactivity: InactivityModel, rows: Floats) -> Rows:
    """Return rows of LEARNED_FEATURES.

    They are rounded to float32, so that a tree split does not depend on the last bits of a double. Larger numbers
    become the largest float32.
    """
    largest = np.finfo(np.float32).max
    return np.clip(np.column_stack([rows, inactivity.silence(rows)]), -largest, largest).astype(np.float32)
