"""The experiment: fit candidates on the past, judge them on the time after it, fit them again on the newest labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from churn_scoring.domain.calibration import ActivityCalibration, Calibration
from churn_scoring.domain.features import COLUMN, Floats
from churn_scoring.domain.models import ChurnModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.training.calibration_fit import FEWEST, fit_sigmoid
from churn_scoring.training.candidates import BG_NBD, NAMES, Candidate, Fits, fit_candidates, recency
from churn_scoring.training.choice import choose, is_better
from churn_scoring.training.examples import HALVES, Examples
from churn_scoring.training.metrics import Metrics, brier_gain, measure
from churn_scoring.training.windows import TooLittleDataError, Windows

Groups = dict[str, Calibration]
"""A calibration for `active` and for `lapsed` customers."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Probabilities on the hold-out, from models that know nothing of it."""

    hold_out: Examples
    predicted: dict[str, Floats]
    kinds: dict[str, dict[str, str]]
    """By candidate and group, which calibration the hold-out chose: `none` or `platt`."""
    notes: dict[str, str]

    def metrics(self, chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> dict[str, Metrics]:
        """Return the metrics of every model on the chosen customers."""
        silent = self.hold_out.silent[chosen]
        return {name: measure(silent, values[chosen]) for name, values in self.predicted.items()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of the experiment."""

    candidates: dict[str, Candidate]
    """Fitted again on the newest labels."""
    best: str
    """The name of the best candidate."""
    promoted: bool
    """Whether the best candidate is to replace the model in force."""
    metrics: dict[str, Metrics]
    """Of active customers of the hold-out."""
    metrics_of_lapsed: dict[str, Metrics]
    metrics_of_all: dict[str, Metrics]
    gain: dict[str, float]
    """Brier score of the model in force minus that of the best, with its interval, over all customers."""
    training: dict[str, Any]

    def brier(self, name: str) -> float | None:
        """Return a candidate's Brier score over all customers of the hold-out; None if it was not judged."""
        return self.metrics_of_all.get(name, {}).get("brier", {}).get("value")

    @property
    def champion(self) -> Candidate | None:
        """Return the candidate to put in force, or None if the model in force stays."""
        return self.candidates[self.best] if self.promoted else None


def experiment(
    examples: Examples,
    windows: Windows,
    policy: ScoringPolicy,
    in_force: ChurnModel,
    *,
    stand_in: str | None = None,
) -> Outcome:
    """Judge all candidates on the hold-out, and fit them again on the newest labels.

    `stand_in` names the candidate that is judged instead of the model in force, if that model has seen the hold-out.
    Raises TooLittleDataError.
    """
    scored = examples.select(examples.scored)
    past, newest = (scored.select(np.isin(scored.cutoff, days)) for days in (windows.learn, windows.refit))
    hold_out = scored.select(scored.cutoff == windows.hold_out)
    for some in (past, hold_out):
        _require_enough(some, policy)
    judgement = _judge(past, hold_out, windows, policy, in_force)
    silent, predicted = hold_out.silent, judgement.predicted
    if stand_in in predicted:
        predicted["in-force"] = predicted[stand_in]
    fits = fit_candidates(newest, policy)
    best = choose([name for name in NAMES if name in predicted and name in fits.candidates], predicted, silent)
    metrics_of_all = judgement.metrics(np.ones(len(silent), dtype=bool))
    return Outcome(
        candidates=_calibrate(fits, scored, windows, policy, judgement.kinds),
        best=best,
        promoted=not is_better(predicted["in-force"], predicted[best], silent),
        metrics=judgement.metrics(hold_out.active),
        metrics_of_lapsed=judgement.metrics(~hold_out.active),
        metrics_of_all=metrics_of_all,
        gain=brier_gain(silent, predicted["in-force"], predicted[best]),
        training=_training(examples, hold_out, windows, policy)
        | {"calibrations": judgement.kinds, "notes": {"judged": judgement.notes, "in_force": fits.notes}},
    )


def _require_enough(some: Examples, policy: ScoringPolicy) -> None:
    fewest, active = policy.training.fewest_customers, some.select(some.active)
    customers = int(np.unique(active.cutoff, return_counts=True)[1].max(initial=0))
    if customers < fewest or len(np.unique(active.silent)) == 1:
        raise TooLittleDataError(
            f"{fewest} recently active customers, some silent and some not, are needed to learn from and to judge by; "
            f"there are {customers}, {int(active.silent.sum())} of {len(active)} examples silent"
        )


def _judge(
    past: Examples, hold_out: Examples, windows: Windows, policy: ScoringPolicy, in_force: ChurnModel
) -> Judgement:
    fits = fit_candidates(past, policy)
    sigmoids = _sigmoids(fits, past, past, policy, len(windows.separate(windows.learn)))
    predicted: dict[str, Floats] = {}
    kinds: dict[str, dict[str, str]] = {}
    for name, candidate in fits.candidates.items():
        raw = candidate.model.probabilities(hold_out.rows)
        kinds[name] = _choose_calibrations(raw, hold_out, sigmoids[name])
        calibration = _activity_calibration(sigmoids[name], kinds[name], policy)
        predicted[name] = calibration.apply(raw, hold_out.rows[:, COLUMN["silence"]])
    sigmoid = fit_sigmoid(recency(past.rows), past.silent)
    predicted |= {
        "in-force": in_force.probabilities(hold_out.rows),
        "recency": sigmoid.apply(recency(hold_out.rows)),
    }
    return Judgement(hold_out, predicted, kinds, fits.notes)


def _choose_calibrations(raw: Floats, hold_out: Examples, sigmoids: Groups) -> dict[str, str]:
    """Return for each group the calibration that its later customers call for.

    It is none unless the sigmoid is significantly better, so a calibration never makes the hold-out worse.
    """
    chosen = {}
    for group, part in _groups(hold_out).items():
        calibrated, silent = sigmoids[group].apply(raw[part]), hold_out.silent[part]
        better = len(silent) >= FEWEST and is_better(calibrated, raw[part], silent)
        chosen[group] = sigmoids[group].kind if better else "none"
    return chosen


def _calibrate(
    fits: Fits,
    scored: Examples,
    windows: Windows,
    policy: ScoringPolicy,
    kinds: Mapping[str, Mapping[str, str]],
) -> dict[str, Candidate]:
    """Return the candidates with the chosen calibrations, fitted on all cut-offs: one season alone sets no level."""
    wanted = {name for name, groups in kinds.items() if set(groups.values()) != {"none"}}
    chosen = Fits({name: found for name, found in fits.candidates.items() if name in wanted}, {})
    newest = scored.select(np.isin(scored.cutoff, windows.refit))
    sigmoids = _sigmoids(chosen, newest, scored, policy, len(windows.separate(windows.cutoffs)))
    none: Groups = {"active": Calibration(), "lapsed": Calibration()}
    return {
        name: candidate.calibrated(_activity_calibration(sigmoids.get(name, none), kinds.get(name, {}), policy))
        for name, candidate in fits.candidates.items()
    }


def _activity_calibration(sigmoids: Groups, kinds: Mapping[str, str], policy: ScoringPolicy) -> ActivityCalibration:
    groups = {name: found if kinds.get(name) == found.kind else Calibration() for name, found in sigmoids.items()}
    return ActivityCalibration(**groups, active_days=policy.training.active_days)


def _sigmoids(
    fits: Fits, learned_from: Examples, examples: Examples, policy: ScoringPolicy, separate: int
) -> dict[str, Groups]:
    """Return each candidate's sigmoids, fitted on all customers by predicting one half by a fit on the other.

    The outcomes of `examples` are those of so many `separate` windows.

    BG/NBD has four parameters, which cannot overfit, so it predicts all customers itself.
    """
    raw = {name: fits.candidates[name].model.probabilities(examples.rows) for name in fits.candidates if name == BG_NBD}
    learned = tuple(name for name in fits.candidates if name != BG_NBD)
    if learned:
        raw |= _cross_predicted(learned, learned_from, examples, policy)
    groups = _groups(examples)
    return {
        name: {
            group: fit_sigmoid(values[part][seen], examples.silent[part][seen], separate)
            for group, part in groups.items()
            for seen in [~np.isnan(values[part])]
        }
        for name, values in raw.items()
    }


def _cross_predicted(
    names: tuple[str, ...], learned_from: Examples, examples: Examples, policy: ScoringPolicy
) -> dict[str, Floats]:
    """Return predictions of each half by a fit on the other half; NaN where that fit fails."""
    predicted = {name: np.full(len(examples), np.nan) for name in names}
    for half in range(HALVES):
        other, own = learned_from.select(learned_from.half != half), examples.half == half
        if not len(other) or not own.any():
            continue
        for name, candidate in fit_candidates(other, policy, names).candidates.items():
            predicted[name][own] = candidate.model.probabilities(examples.rows[own])
    return predicted


def _groups(examples: Examples) -> dict[str, np.ndarray[Any, np.dtype[np.bool_]]]:
    return {"active": examples.active, "lapsed": ~examples.active}


def _training(examples: Examples, hold_out: Examples, windows: Windows, policy: ScoringPolicy) -> dict[str, Any]:
    return {
        "windows": windows.document(),
        "examples": int((examples.scored & np.isin(examples.cutoff, windows.refit)).sum()),
        "hold_out_customers": int(hold_out.active.sum()),
        "hold_out_silent_share": float(hold_out.silent[hold_out.active].mean()),
        "hold_out_lapsed": int((~hold_out.active).sum()),
        "settings": policy.training.model_dump(),
        "fingerprint": examples.fingerprint(),
    }
