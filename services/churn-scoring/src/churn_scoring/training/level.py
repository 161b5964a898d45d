"""The level: how far the model in force is to be shifted towards the silence that was observed lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from churn_scoring.domain.calibration import ActivityCalibration, Calibration
from churn_scoring.domain.features import Floats
from churn_scoring.domain.models import ChurnModel
from churn_scoring.training.calibration_fit import FEWEST, fit_shift, information_of, lasting_gap
from churn_scoring.training.examples import Examples
from churn_scoring.training.windows import TooLittleDataError, Windows

SHORTEST_DAYS = 14
"""A shorter window says more about days of the week than about customers."""


@dataclass(frozen=True, slots=True)
class Level:
    """Predicted and observed silence of the last window whose labels are known, and the shift towards what was seen."""

    shift: ActivityCalibration
    gaps: dict[str, dict[str, float]]
    """By group, in the newest window: customers, predicted and observed share of silent ones."""
    window: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """Return the level as JSON values."""
        return {"shift": self.shift.document(), "gaps": self.gaps, "window": self.window}


def plan_level(first_day: int, last_day: int, horizon_days: int) -> Windows:
    """Return the last window whose labels are known, shorter than the horizon while there is less than two of them.

    Raises TooLittleDataError before the end of the first month.
    """
    days = min(horizon_days, (last_day - first_day) // 2)
    if days < SHORTEST_DAYS:
        raise TooLittleDataError(
            f"{2 * SHORTEST_DAYS} days of purchases show a level; there are {last_day - first_day}"
        )
    return Windows((), last_day - days, days)


def level_of(model: ChurnModel, examples: Examples, windows: Windows, active_days: int) -> Level:
    """Return the level that the hold-out and separate windows before it show for a model of the horizon of `windows`.

    The shift is a part of the gap seen, the larger the more windows and customers show it.
    """
    scored = examples.select(examples.scored)
    seen = [scored.select(scored.cutoff == day) for day in windows.separate((*windows.learn, windows.hold_out))]
    by_group: dict[str, list[_Seen]] = {"active": [], "lapsed": []}
    for some in seen:
        predicted = model.probabilities(some.rows)
        for name, part in {"active": some.active, "lapsed": ~some.active}.items():
            by_group[name].append(_Seen(predicted[part], some.silent[part]))
    return Level(
        ActivityCalibration(**{name: _shift(found) for name, found in by_group.items()}, active_days=active_days),
        {name: _gap(found[0]) for name, found in by_group.items() if len(found[0].silent)},
        windows.document(),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """Predictions and outcomes of a group of customers in a window."""

    predicted: Floats
    silent: NDArray[np.bool_]


def _shift(seen: Sequence[_Seen]) -> Calibration:
    """Return the gap to be expected of the next window; none where seasons or chance explain the gap seen."""
    enough = [some for some in seen if len(some.silent) >= FEWEST]
    information = sum(information_of(some.predicted) for some in enough)
    shifts = [fit_shift(some.predicted, some.silent).intercept for some in enough]
    lasting = lasting_gap(_common(shifts), len(enough), information)
    return Calibration("platt", intercept=lasting) if lasting else Calibration()


def _common(shifts: Sequence[float]) -> float:
    """Return the part that all shifts have in common: 0 where they contradict each other."""
    return max(0.0, min(shifts, default=0.0)) + min(0.0, max(shifts, default=0.0))


def _gap(newest: _Seen) -> dict[str, float]:
    return {
        "customers": len(newest.silent),
        "predicted": float(newest.predicted.mean()),
        "observed": float(newest.silent.mean()),
    }
