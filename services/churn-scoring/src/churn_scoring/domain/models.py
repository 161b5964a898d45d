"""Models, which map rows of FEATURES to probabilities of leaving within the horizon."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from churn_scoring.domain.bgnbd import BgNbd, probability_of_silence
from churn_scoring.domain.calibration import ActivityCalibration, expit, logit
from churn_scoring.domain.features import COLUMN, Floats
from churn_scoring.domain.policy import Evidence


class ChurnModel(Protocol):
    """A model, as far as scoring uses it."""

    def probabilities(self, rows: Floats) -> Floats:
        """Return the probability of leaving within the horizon, per row of FEATURES."""
        ...


@dataclass(frozen=True, slots=True)
class ContractModel:
    """The policy's prior for customers who hold a contract and never bought, adjusted by the evidence."""

    probability: float
    evidence: tuple[Evidence, ...] = ()

    def probabilities(self, rows: Floats) -> Floats:
        """Return P(the contract ends within the horizon) per row."""
        prior = logit(np.full(len(rows), self.probability))
        return expit(prior + evidence_log_odds(self.evidence, rows))


@dataclass(frozen=True, slots=True)
class InactivityModel:
    """BG/NBD's P(X = 0), adjusted by evidence besides purchases, then calibrated if a calibration exists."""

    parameters: BgNbd
    horizon_days: int
    evidence: tuple[Evidence, ...] = ()
    calibration: ActivityCalibration | None = None

    def probabilities(self, rows: Floats) -> Floats:
        """Return the probability of leaving within the horizon, per row of FEATURES."""
        silence = self.silence(rows)
        moved = expit(logit(silence) + evidence_log_odds(self.evidence, rows)) if self.evidence else silence
        return self.calibration.apply(moved, rows[:, COLUMN["silence"]]) if self.calibration else moved

    def silence(self, rows: Floats) -> Floats:
        """Return P(X = 0) from purchases alone."""
        x, recency, age = (rows[:, COLUMN[name]] for name in ("frequency", "recency", "age"))
        return probability_of_silence(self.parameters, x, recency, age, float(self.horizon_days))


@dataclass(frozen=True, slots=True)
class LeveledModel:
    """A model whose log-odds are shifted to the level of silence that was observed lately."""

    model: ChurnModel
    level: ActivityCalibration

    def probabilities(self, rows: Floats) -> Floats:
        """Return the probability of leaving within the horizon, per row of FEATURES."""
        return self.level.apply(self.model.probabilities(rows), rows[:, COLUMN["silence"]])


def evidence_log_odds(evidence: tuple[Evidence, ...], rows: Floats) -> Floats:
    """Return the change of the log-odds of leaving by the evidence, per row."""
    moved = np.zeros(len(rows))
    for item in evidence:
        moved += item.log_odds * np.minimum(rows[:, COLUMN[item.feature]], item.cap)
    return moved
