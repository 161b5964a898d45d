"""Cut-off days: points in time for learning, for the judgement, and for the refit on the newest labels."""

from dataclasses import dataclass

from churn_scoring.domain.facts import start_of


class TooLittleDataError(RuntimeError):
    """Too little history, or too few customers, to train; the message states the shortage."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Cut-off days, as UTC day ordinals.

    Features come from facts up to the end of a cut-off day, labels from the `horizon_days` after it. All labels of the
    learning windows lie before those of the hold-out. Once the hold-out has judged, models are fitted again on `refit`,
    whose labels are the newest.
    """

    learn: tuple[int, ...]
    hold_out: int
    horizon_days: int
    refit: tuple[int, ...] = ()

    @property
    def cutoffs(self) -> tuple[int, ...]:
        """Return all cut-off days, ascending."""
        return tuple(sorted({*self.learn, self.hold_out, *self.refit}))

    def separate(self, cutoffs: tuple[int, ...]) -> tuple[int, ...]:
        """Return the newest of `cutoffs`, and of the others those whose labels do not overlap, newest first."""
        found: list[int] = []
        for day in sorted(cutoffs, reverse=True):
            if not found or day + self.horizon_days <= found[-1]:
                found.append(day)
        return tuple(found)

    def document(self) -> dict[str, object]:
        """Return the windows as JSON values."""
        return {
            "learn": [_date(day) for day in self.learn],
            "hold_out": _date(self.hold_out),
            "refit": [_date(day) for day in self.refit],
            "horizon_days": self.horizon_days,
        }


def plan(first_day: int, last_day: int, *, horizon_days: int, cutoffs: int, step_days: int) -> Windows:
    """Return the windows for facts from `first_day` to `last_day`, the last whole day.

    The labels of the hold-out are the newest `horizon_days`. Learning cut-offs step back from the last one whose labels
    are known at the hold-out, and those of the refit from the hold-out itself. Each cut-off needs at least
    `horizon_days` of facts before it. Raises TooLittleDataError.
    """
    hold_out = last_day - horizon_days

    def back_from(newest: int) -> tuple[int, ...]:
        candidates = (newest - place * step_days for place in range(cutoffs))
        return tuple(sorted(day for day in candidates if day - first_day >= horizon_days))

    learn = back_from(hold_out - horizon_days)
    if not learn:
        have, need = last_day - first_day, 3 * horizon_days
        raise TooLittleDataError(
            f"a horizon of {horizon_days} days needs {need} days of purchases, to see, to learn and to be judged; "
            f"there are {have}"
        )
    return Windows(learn, hold_out, horizon_days, back_from(hold_out))


def _date(day: int) -> str:
    return start_of(day).date().isoformat()
