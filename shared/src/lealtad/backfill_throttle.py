"""The throttle of a backfill: while live work comes, the backfill gets a share of a process's time."""

import time
from collections.abc import Callable

LIVELY_S = 5.0
"""Time after live work during which the backfill leaves room for more live work."""
LONGEST_REST_S = 1.0


class BackfillThrottle:
    """The rests of a backfill, which give it no more than `share` of the time beside live work."""

    def __init__(self, share: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rest_per_work = 1 / share - 1
        self._monotonic = monotonic
        self._live_at = -LIVELY_S
        self._rest_until = 0.0

    def note_live(self) -> None:
        """Record that live work was done."""
        self._live_at = self._monotonic()

    def note_work(self, seconds: float) -> None:
        """Record the time of backfill work; beside live work the backfill then rests, in proportion."""
        if self.is_lively:
            self._rest_until = self._monotonic() + min(seconds * self._rest_per_work, LONGEST_REST_S)

    @property
    def is_lively(self) -> bool:
        """Return whether live work was done lately."""
        return self._monotonic() - self._live_at < LIVELY_S

    @property
    def rest_s(self) -> float:
        """Return how long the backfill still has to rest."""
        return max(0.0, self._rest_until - self._monotonic())
