"""The level: how far the model in force is to be shifted, so that it predicts the silence that was observed lately."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from churn_scoring.domain.calibration import ActivityCalibration, Calibration
from churn_scoring.domain.features import Floats
from churn_scoring.domain.models import ChurnModel
from churn_scoring.training.calibration_fit import fit_shift
from churn_scoring.training.examples import Examples
from churn_scoring.training.windows import TooLittleDataError, Windows

SHORTEST_DAYS = 14
"""A shorter window says more about days of the week than about customers."""
STANDARD_ERRORS = 2.0
SMALLEST_GAP = 0.01
"""A smaller gap between predicted and observed silence is left alone: it moves no score by a step."""


@dataclass(frozen=True, slots=True)
class Level:
    """Predicted and observed silence of the last window whose labels are known, and the shift that closes the gap."""

    shift: ActivityCalibration
    gaps: dict[str, dict[str, float]]
    """By group: customers, predicted and observed share of silent ones."""
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
    """Return the level that the examples at the hold-out of `windows` show for a model of their horizon."""
    some = examples.select(examples.scored & (examples.cutoff == windows.hold_out))
    predicted = model.probabilities(some.rows)
    groups = {"active": some.active, "lapsed": ~some.active}
    gaps = {name: _gap(predicted[part], some.silent[part]) for name, part in groups.items() if part.any()}
    shifts = {
        name: fit_shift(predicted[part], some.silent[part]) if _is_wide(gaps.get(name)) else Calibration()
        for name, part in groups.items()
    }
    return Level(ActivityCalibration(**shifts, active_days=active_days), gaps, windows.document())


def _gap(predicted: Floats, silent: NDArray[np.bool_]) -> dict[str, float]:
    return {"customers": len(silent), "predicted": float(predicted.mean()), "observed": float(silent.mean())}


def _is_wide(gap: dict[str, float] | None) -> bool:
    if gap is None:
        return False
    error = (gap["predicted"] * (1 - gap["predicted"]) / gap["customers"]) ** 0.5
    return bool(abs(gap["predicted"] - gap["observed"]) > max(SMALLEST_GAP, STANDARD_ERRORS * error))
