"""The candidates: each kind of model, fitted on examples, with what is stored of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.calibration import NO_CALIBRATION, ActivityCalibration
from churn_scoring.domain.features import COLUMN, FEATURES, Floats
from churn_scoring.domain.learned import LEARNED_FEATURES, Estimator, LearnedModel, Rows, Trees, learned_rows
from churn_scoring.domain.linear import Linear, logarithms, standardised
from churn_scoring.domain.models import ChurnModel, InactivityModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.training.bgnbd_fit import fit_in_any_case
from churn_scoring.training.examples import Examples
from churn_scoring.training.metrics import Labels

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
LOGISTIC: dict[str, Any] = {"C": 0.1, "solver": "newton-cholesky"}

BG_NBD, LOGISTIC_NAME, BOOSTING_NAME, MEAN = "bg-nbd", "logistic", "gradient-boosting", "boosting-and-logistic"
NAMES = (MEAN, BG_NBD, LOGISTIC_NAME, BOOSTING_NAME)
"""All kinds of model; of those that the hold-out cannot tell apart the first is taken.

The mean varies less than its members; the others follow by their freedom, those of four parameters first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fitted model, with the data to store."""

    name: str
    model: ChurnModel
    parameters: BgNbd
    features: tuple[str, ...]
    settings: dict[str, Any]
    estimators: tuple[Estimator, ...] = ()
    calibration: ActivityCalibration = NO_CALIBRATION

    def calibrated(self, calibration: ActivityCalibration) -> "Candidate":
        """Return the candidate with a calibration."""
        model: Any = self.model
        return replace(self, model=replace(model, calibration=calibration), calibration=calibration)


@dataclass(frozen=True, slots=True)
class Fits:
    """The candidates fitted on the same examples; `notes` tell where a fit did not succeed as usual."""

    candidates: dict[str, Candidate]
    notes: dict[str, str]


def fit_candidates(examples: Examples, policy: ScoringPolicy, names: tuple[str, ...] = NAMES) -> Fits:
    """Return the candidates of these names that can be fitted, without calibration.

    A candidate that fails is left out, and the notes say why; BG/NBD never fails.
    """
    newest = examples.select(examples.cutoff == examples.cutoff.max())
    purchases = (newest.rows[:, COLUMN[name]] for name in ("frequency", "recency", "age"))
    parameters, note = fit_in_any_case(*purchases, prior=BgNbd(**policy.prior.model_dump()))
    notes = {BG_NBD: note} if note else {}
    silence = InactivityModel(parameters, policy.horizon_days)
    estimators = _fit_estimators(learned_rows(silence, examples.rows), examples.silent, notes)
    found = {BG_NBD: Candidate(BG_NBD, replace(silence, evidence=policy.evidence), parameters, FEATURES[:3], {})}
    for name, members in MEMBERS.items():
        if all(member in estimators for member in members):
            fitted = tuple(estimators[member] for member in members)
            settings = {member: SETTINGS[member] for member in members}
            model = LearnedModel(fitted, silence)
            found[name] = Candidate(name, model, parameters, LEARNED_FEATURES, settings, fitted)
    return Fits({name: found[name] for name in names if name in found}, notes)


def _fit_estimators(rows: Rows, silent: Labels, notes: dict[str, str]) -> dict[str, Estimator]:
    estimators = {}
    for name, fit in FITS.items():
        try:
            estimators[name] = fit(rows, silent)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
            notes[name] = f"could not be fitted: {error}"
    return estimators


def _fit_boosting(rows: Rows, silent: Labels) -> Trees:
    # scikit-learn cannot bin a column of NaN only; a constant column is never split.
    unknown = np.isnan(rows).all(axis=0)
    return Trees(HistGradientBoostingClassifier(**BOOSTING).fit(np.where(unknown, np.float32(0), rows), silent))


def _fit_logistic(rows: Rows, silent: Labels) -> Linear:
    logs = logarithms(rows)
    known = ~np.isnan(logs)
    numbers = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, logs, 0.0).sum(axis=0) / numbers
    scale = np.sqrt((np.where(known, logs - centre, 0.0) ** 2).sum(axis=0) / numbers)
    scale[scale < np.finfo(np.float32).eps] = 1.0
    fitted = LogisticRegression(**LOGISTIC).fit(standardised(rows, centre, scale), silent)
    return Linear(
        tuple(map(float, centre)),
        tuple(map(float, scale)),
        tuple(map(float, fitted.coef_[0])),
        float(fitted.intercept_[0]),
    )


FITS: dict[str, Callable[[Rows, Labels], Estimator]] = {BOOSTING_NAME: _fit_boosting, LOGISTIC_NAME: _fit_logistic}
SETTINGS = {BOOSTING_NAME: BOOSTING, LOGISTIC_NAME: LOGISTIC}
MEMBERS = {
    BOOSTING_NAME: (BOOSTING_NAME,),
    LOGISTIC_NAME: (LOGISTIC_NAME,),
    MEAN: (BOOSTING_NAME, LOGISTIC_NAME),
}
"""The estimators whose mean a learned candidate is."""


def recency(rows: Floats) -> Floats:
    """Return probabilities from the days since the last purchase alone, a retailer's usual baseline."""
    silence = rows[:, COLUMN["silence"]]
    return np.asarray(silence / (silence + SILENCE_OF_HALF))


SILENCE_OF_HALF = 20.0
"""Days of silence for a raw probability of one half; a calibration follows."""
