"""The lesson of a training: models, expected spending and level, from the examples of all customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from churn_scoring.domain.calibration import NO_CALIBRATION, ActivityCalibration
from churn_scoring.domain.features import COLUMN
from churn_scoring.domain.models import ChurnModel, InactivityModel, LeveledModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.domain.value import ValueModel
from churn_scoring.training.examples import Examples
from churn_scoring.training.experiment import Outcome, experiment
from churn_scoring.training.level import Level, level_of, plan_level
from churn_scoring.training.value_fit import fit_value, measure_value, prior_values, staying
from churn_scoring.training.windows import TooLittleDataError, Windows, plan

SMALLEST_SHIFT = 0.04
"""Least difference of two shifts, in log-odds, for which all scores are evaluated again: half a step of the grid."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The model in force, the shift that is added to it, and the windows that it learned from."""

    name: str
    model: ChurnModel
    shift: ActivityCalibration = NO_CALIBRATION
    windows: Mapping[str, Any] = field(default_factory=dict)

    def has_seen(self, day: int) -> bool:
        """Return whether the model learned from labels that end after `day`."""
        cutoffs = self.windows.get("refit") or self.windows.get("learn") or ()
        ends = (date.fromisoformat(cutoff).toordinal() + self.windows["horizon_days"] for cutoff in cutoffs)
        return any(end > day for end in ends)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a training found out; without `outcome` there was too little data for models, and `shortage` says why."""

    outcome: Outcome | None
    level: Level | None
    is_shifted: bool
    """Whether the level differs from the one in force."""
    value: ValueModel | None = None
    value_metrics: dict[str, dict[str, float]] = field(default_factory=dict)
    shortage: str = ""


def windows_of(first_day: int, last_day: int, policy: ScoringPolicy) -> Windows:
    """Return the windows of a training, or the one that shows a level where there is too little data for a model."""
    training = policy.training
    try:
        return plan(
            first_day,
            last_day,
            horizon_days=policy.horizon_days,
            cutoffs=training.cutoffs,
            step_days=training.step_days,
        )
    except TooLittleDataError:
        return plan_level(first_day, last_day, policy.horizon_days)


def learn(examples: Examples, windows: Windows, policy: ScoringPolicy, in_force: InForce) -> Lesson:
    """Return what the examples teach; too little data for models is no error."""
    level = _level(examples, windows, policy, in_force)
    shifted = level is not None and _differ(level.shift, in_force.shift)
    if not windows.learn:
        return Lesson(None, level, shifted, shortage="there are fewer days of purchases than three horizons")
    # Having learned from the hold-out, the model in force would be judged too well; its kind is judged instead.
    stand_in = in_force.name if in_force.has_seen(windows.hold_out) else None
    try:
        outcome = experiment(examples, windows, policy, LeveledModel(in_force.model, in_force.shift), stand_in=stand_in)
    except TooLittleDataError as error:
        return Lesson(None, level, shifted, shortage=str(error))
    value, metrics = _learn_value(examples, windows, policy)
    return Lesson(outcome, level, shifted, value, metrics)


def _level(examples: Examples, windows: Windows, policy: ScoringPolicy, in_force: InForce) -> Level | None:
    """Return the level of the model in force; none where the window is shorter than the only horizon it serves."""
    model = in_force.model
    if windows.horizon_days != policy.horizon_days:
        if not isinstance(model, InactivityModel) or model.calibration:
            return None
        model = replace(model, horizon_days=windows.horizon_days)
    return level_of(model, examples, windows, policy.training.active_days)


def _differ(left: ActivityCalibration, right: ActivityCalibration) -> bool:
    pairs = ((left.active, right.active), (left.lapsed, right.lapsed))
    return any(abs(one.intercept - other.intercept) >= SMALLEST_SHIFT for one, other in pairs)


def _learn_value(
    examples: Examples, windows: Windows, policy: ScoringPolicy
) -> tuple[ValueModel | None, dict[str, dict[str, float]]]:
    """Return the expected spending fitted on the newest labels, and how a fit on the past did on the hold-out."""
    past, newest = (examples.select(np.isin(examples.cutoff, days)) for days in (windows.learn, windows.refit))
    hold_out = staying(examples.select(examples.cutoff == windows.hold_out))
    judged, learned = (fit_value(some, windows.horizon_days) for some in (past, newest))
    if judged is None or learned is None or not len(hold_out):
        return None, {}
    predicted = {
        "learned": judged.values(hold_out.net_spent, hold_out.rows[:, COLUMN["age"]]),
        "prior": prior_values(hold_out, policy.value, windows.horizon_days),
    }
    return learned, measure_value(hold_out, predicted)
