"""The measurement: replay a shop up to a cut, train as scheduled, and judge what is in force on the time after."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.features import Floats
from churn_scoring.domain.models import ChurnModel, InactivityModel, LeveledModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.training.calibration_fit import fit_sigmoid
from churn_scoring.training.candidates import BG_NBD, BOOSTING_NAME, LOGISTIC_NAME, MEAN, fit_candidates, recency
from churn_scoring.training.examples import CustomerTimeline, Examples, examples_of
from churn_scoring.training.lesson import InForce, Lesson, learn, windows_of
from churn_scoring.training.metrics import auc, brier, calibration_error
from churn_scoring.training.windows import Windows
from lealtad_bench.quality.report import CutReport, ModelFigures
from lealtad_bench.quality.shops import Cut

NAMES = {LOGISTIC_NAME: "logistic", BOOSTING_NAME: "boosting", MEAN: "mean", BG_NBD: "bg_nbd"}


def measure_cut(cut: Cut, lives: Iterable[CustomerTimeline], policy: ScoringPolicy | None = None) -> CutReport:
    """Return the figures of a cut, with the default policy unless another is given."""
    lives, last = list(lives), cut.day.toordinal()
    policy = (policy or ScoringPolicy()).model_copy(update={"horizon_days": cut.horizon_days})
    past = [replace(life, facts=[fact for fact in life.facts if fact.occurred_at.date() <= cut.day]) for life in lives]
    first = min(fact.occurred_at.toordinal() for life in past for fact in life.facts)
    windows = windows_of(first, last, policy)
    known = examples_of(past, windows, policy.training.active_days)
    prior = InactivityModel(BgNbd(**policy.prior.model_dump()), policy.horizon_days, policy.evidence)
    lesson = learn(known, windows, policy, InForce("bg-nbd-prior", prior))
    later = examples_of(lives, Windows((), last, policy.horizon_days), policy.training.active_days)
    later = later.select(later.scored)
    name, in_force = put_in_force(lesson, prior)
    predicted = {"in_force": in_force.probabilities(later.rows)} | baselines(known, windows, policy, later)
    groups = {"active": later.active, "all": np.ones(len(later), dtype=bool)}
    figures = {
        group: {which: _figures(later, values, part) for which, values in predicted.items()}
        for group, part in groups.items()
    }
    return CutReport(
        active=figures["active"],
        all=figures["all"],
        model=name,
        customers={group: int(part.sum()) for group, part in groups.items()},
        silent={group: float(later.silent[part].mean()) for group, part in groups.items()},
        notes=lesson.outcome.training["notes"]["in_force"] if lesson.outcome else {"shortage": lesson.shortage},
    )


def put_in_force(lesson: Lesson, prior: InactivityModel) -> tuple[str, ChurnModel]:
    """Return the name and the model that the training leaves in force."""
    champion = lesson.outcome.champion if lesson.outcome else None
    if champion:
        return champion.name, champion.model
    shifted = lesson.level is not None and lesson.is_shifted
    return "bg-nbd-prior", LeveledModel(prior, lesson.level.shift) if shifted and lesson.level else prior


def baselines(known: Examples, windows: Windows, policy: ScoringPolicy, later: Examples) -> dict[str, Floats]:
    """Return the probabilities of each kind of model, fitted without calibration on the newest labels, and recency."""
    days = windows.refit or (windows.hold_out,)
    newest = known.select(known.scored & np.isin(known.cutoff, days))
    if windows.horizon_days != policy.horizon_days:
        return {"recency": recency(later.rows)}
    fits = fit_candidates(newest, policy)
    found = {NAMES[name]: candidate.model.probabilities(later.rows) for name, candidate in fits.candidates.items()}
    sigmoid = fit_sigmoid(recency(newest.rows), newest.silent)
    return found | {"recency": sigmoid.apply(recency(later.rows))}


def _figures(later: Examples, values: Floats, part: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> ModelFigures:
    silent, found = later.silent[part], values[part]
    return ModelFigures(auc=auc(silent, found), brier=brier(silent, found), ece=calibration_error(silent, found))
