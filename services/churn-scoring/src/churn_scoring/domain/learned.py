"""A learned model: a classifier with `predict_proba` over FEATURES and the probability of BG/NBD."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from churn_scoring.domain.calibration import Calibration
from churn_scoring.domain.features import FEATURES, Floats
from churn_scoring.domain.models import InactivityModel

LEARNED_FEATURES = (*FEATURES, "bg_nbd_silence")


class Classifier(Protocol):
    """An estimator, as far as scoring uses it."""

    def predict_proba(self, rows: NDArray[np.float32]) -> Floats:
        """Return the probabilities of class 0 and 1, one row each."""
        ...


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """A calibrated classifier."""

    classifier: Classifier
    inactivity: InactivityModel
    calibration: Calibration | None

    def probabilities(self, rows: Floats) -> Floats:
        """Return the probability of leaving within the horizon, per row of FEATURES."""
        raw = self.classifier.predict_proba(learned_rows(self.inactivity, rows))[:, 1]
        return self.calibration.apply(raw) if self.calibration else raw


def learned_rows(inactivity: InactivityModel, rows: Floats) -> NDArray[np.float32]:
    """Return rows of LEARNED_FEATURES.

    They are rounded to float32, so that a tree split does not depend on the last bits of a double.
    """
    return np.column_stack([rows, inactivity.silence(rows)]).astype(np.float32)
