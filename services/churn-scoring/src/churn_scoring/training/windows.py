"""When to look: points in time to learn from, and a later one to be judged on."""

from dataclasses import dataclass

from churn_scoring.domain.facts import start_of


class TooLittleDataError(RuntimeError):
    """There is too little history, or there are too few customers, to train; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Cut-off days, as UTC day ordinals.

    Features come from facts up to the end of a cut-off day, labels from the `horizon_days` after it. All labels to
    learn from lie before the first label of the hold-out.
    """

    learn: tuple[int, ...]
    hold_out: int
    horizon_days: int

    @property
    def cutoffs(self) -> tuple[int, ...]:
        """All cut-off days, ascending."""
        return (*self.learn, self.hold_out)

    def document(self) -> dict[str, object]:
        """Return the windows as JSON values."""
        return {
            "learn": [start_of(day).date().isoformat() for day in self.learn],
            "hold_out": start_of(self.hold_out).date().isoformat(),
            "horizon_days": self.horizon_days,
        }


def plan(first_day: int, last_day: int, *, horizon_days: int, cutoffs: int, step_days: int) -> Windows:
    """Return the windows for facts from `first_day` to `last_day`, the last whole day.

    The hold-out's labels are the newest `horizon_days`; learning steps back from the last cut-off whose labels are
    known at the hold-out's. Before each cut-off there must be at least `horizon_days` of facts. Raises
    TooLittleDataError.
    """
    hold_out = last_day - horizon_days
    newest = hold_out - horizon_days
    candidates = (newest - place * step_days for place in range(cutoffs))
    learn = tuple(sorted(day for day in candidates if day - first_day >= horizon_days))
    if not learn:
        have, need = last_day - first_day, 3 * horizon_days
        raise TooLittleDataError(
            f"a horizon of {horizon_days} days needs {need} days of purchases, to see, to learn and to be judged; "
            f"there are {have}"
        )
    return Windows(learn, hold_out, horizon_days)
