"""Report the progress of long work: at most once a second, and at its end."""

import time
from collections.abc import Callable
from datetime import timedelta

Say = Callable[[str], None]

EVERY_S = 1.0


class Meter:
    """Measures one piece of work from its creation on."""

    def __init__(self, say: Say, work: str, unit: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._work = work
        self._unit = unit
        self._monotonic = monotonic
        self._began = monotonic()
        self._said = float("-inf")
        self._done = -1

    def show(self, done: int, total: int | None = None) -> None:
        """Say that `done` (of `total`, where that is known) are done, how many a second, and when the rest will be."""
        now = self._monotonic()
        ends_now = done == total != self._done
        if not ends_now and now - self._said < EVERY_S:
            return
        self._said, self._done = now, done
        rate = done / max(now - self._began, 1e-9)
        known = "" if total is None else f" of {total:,}"
        rest = "" if total is None else _rest(done, total, rate)
        self._say(f"{self._work}: {done:,}{known} {self._unit}, {rate:,.0f} a second{rest}")


def _rest(done: int, total: int, rate: float) -> str:
    share = done / total if total else 1.0
    left = timedelta(seconds=round((total - done) / rate)) if rate else "unknown time"
    return f" ({share:.0%}, {left} remaining)"
