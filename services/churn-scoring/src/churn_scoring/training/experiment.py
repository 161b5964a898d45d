"""The experiment: fit candidates on the past, evaluate them and their baselines on the time after it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.calibration import Calibration, expit
from churn_scoring.domain.features import COLUMN, FEATURES, Floats
from churn_scoring.domain.learned import LEARNED_FEATURES, LearnedModel, learned_rows
from churn_scoring.domain.models import ChurnModel, InactivityModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.training.bgnbd_fit import fit
from churn_scoring.training.calibration_fit import fit_calibration
from churn_scoring.training.examples import Examples
from churn_scoring.training.metrics import Metrics, brier_gain, measure
from churn_scoring.training.windows import TooLittleDataError, Windows

BOOSTING: dict[str, Any] = {
    "max_iter": 150,
    "max_leaf_nodes": 8,
    "learning_rate": 0.05,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "max_features": 0.5,
    "early_stopping": False,
    "random_state": 0,
}
"""Small trees, strongly regularised; the best settings measured on public churn data."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fitted model, with the data to store."""

    name: str
    model: ChurnModel
    parameters: BgNbd
    calibration: Calibration
    features: tuple[str, ...]
    settings: dict[str, Any]
    estimator: Any = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of the experiment."""

    candidates: tuple[Candidate, ...]
    metrics: dict[str, Metrics]
    gain: dict[str, float]
    """Brier score of BG/NBD minus that of gradient boosting, with its interval."""
    training: dict[str, Any]

    def brier(self, name: str) -> float:
        """Return a model's Brier score on the hold-out."""
        return self.metrics[name]["brier"]["value"]

    @property
    def champion(self) -> Candidate | None:
        """Return the candidate with the lowest Brier score, or None if the model in force has a lower or equal score.

        So gradient boosting is chosen only if it beats BG/NBD.
        """
        best = min(self.candidates, key=lambda candidate: self.brier(candidate.name))
        return best if self.brier(best.name) < self.brier("in-force") else None


def experiment(examples: Examples, windows: Windows, policy: ScoringPolicy, in_force: ChurnModel) -> Outcome:
    """Fit BG/NBD and gradient boosting on the learning windows, and evaluate both on the hold-out.

    Raises TooLittleDataError, or FitError if BG/NBD has no optimum.
    """
    _require_enough(examples, windows, policy)
    judged = examples.select((examples.cutoff == windows.hold_out) & examples.active)
    past = examples.select(examples.cutoff != windows.hold_out)
    inactivity = _fit_inactivity(past, windows, policy)
    boosting = _fit_boosting(past, inactivity, policy)
    candidates = (inactivity, boosting)
    predicted = {candidate.name: candidate.model.probabilities(judged.rows) for candidate in candidates}
    predicted |= {"in-force": in_force.probabilities(judged.rows), "recency": _recency(past, judged)}
    return Outcome(
        candidates=candidates,
        metrics={name: measure(judged.silent, values) for name, values in predicted.items()},
        gain=brier_gain(judged.silent, predicted[inactivity.name], predicted[boosting.name]),
        training=_training(examples, judged, windows, policy),
    )


def _require_enough(examples: Examples, windows: Windows, policy: ScoringPolicy) -> None:
    fewest = policy.training.fewest_customers
    for cutoff in windows.cutoffs:
        some = examples.select((examples.cutoff == cutoff) & examples.active)
        if len(some) < fewest or len(np.unique(some.silent)) == 1:
            raise TooLittleDataError(
                f"{fewest} recently active customers, some silent and some not, are needed at each point in time; "
                f"at one there are {len(some)}, {int(some.silent.sum())} of them silent"
            )


def _fit_inactivity(past: Examples, windows: Windows, policy: ScoringPolicy) -> Candidate:
    """Fit BG/NBD at the newest learning cut-off, and calibrate it on the active customers kept for that."""
    cohort = past.select((past.cutoff == windows.learn[-1]) & ~past.calibration)
    parameters = fit(*(cohort.rows[:, COLUMN[name]] for name in ("frequency", "recency", "age")))
    raw = InactivityModel(parameters, policy.horizon_days, policy.evidence)
    calibration = _calibrated(raw, past)
    model = InactivityModel(parameters, policy.horizon_days, policy.evidence, calibration)
    return Candidate("bg-nbd", model, parameters, calibration, FEATURES[:3], {})


def _fit_boosting(past: Examples, inactivity: Candidate, policy: ScoringPolicy) -> Candidate:
    silence = InactivityModel(inactivity.parameters, policy.horizon_days)
    fitted_on = past.select(past.active & ~past.calibration)
    estimator = HistGradientBoostingClassifier(**BOOSTING)
    rows = learned_rows(silence, fitted_on.rows)
    # scikit-learn cannot bin a column of NaN only; a constant column is never split.
    unknown = np.isnan(rows).all(axis=0)
    estimator.fit(np.where(unknown, np.float32(0), rows), fitted_on.silent)
    calibration = _calibrated(LearnedModel(estimator, silence, None), past)
    model = LearnedModel(estimator, silence, calibration)
    return Candidate(
        "gradient-boosting", model, inactivity.parameters, calibration, LEARNED_FEATURES, BOOSTING, estimator
    )


def _calibrated(model: ChurnModel, past: Examples) -> Calibration:
    kept = past.select(past.active & past.calibration)
    return fit_calibration(model.probabilities(kept.rows), kept.silent)


def _recency(past: Examples, judged: Examples) -> Floats:
    """Compute probabilities from the days since the last purchase alone, a retailer's usual baseline."""

    def as_probability(rows: Floats) -> Floats:
        return expit(np.log1p(rows[:, COLUMN["silence"]]) - 3.0)

    learn = past.select(past.active)
    calibration = fit_calibration(as_probability(learn.rows), learn.silent)
    return calibration.apply(as_probability(judged.rows))


def _training(examples: Examples, judged: Examples, windows: Windows, policy: ScoringPolicy) -> dict[str, Any]:
    return {
        "windows": windows.document(),
        "examples": int((examples.active & (examples.cutoff != windows.hold_out)).sum()),
        "hold_out_customers": len(judged),
        "hold_out_silent_share": float(judged.silent.mean()),
        "settings": policy.training.model_dump(),
        "fingerprint": examples.fingerprint(),
    }
