"""Whether the time of a fact is plausible, by the business clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class OccurrenceWindow:
    """The range around the business time in which a fact may have happened."""

    future_tolerance: timedelta
    """The clocks of tills and web shops may run ahead by this much."""
    oldest_age: timedelta

    def violation(self, occurred_at: datetime, now: datetime) -> str | None:
        """Return why a fact cannot have happened at `occurred_at`, or None; both ends are allowed."""
        if occurred_at - now > self.future_tolerance:
            return f"lies after the present business time {_text(now)} by more than {_seconds(self.future_tolerance)} s"
        if now - occurred_at > self.oldest_age:
            return f"lies more than {self.oldest_age.days} days before the present business time {_text(now)}"
        return None


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
