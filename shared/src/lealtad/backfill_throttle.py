"""Sharing a process's time: what is live goes first, and a backfill has a share while live work comes."""

import time
from collections.abc import Callable

LIVELY_S = 5.0
"""So long after live work more of it is expected: time is shared with it."""
LONGEST_REST_S = 1.0


class BackfillThrottle:
    """Says how long a backfill rests, so that it takes no more than `share` of the time beside live work."""

    def __init__(self, share: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rest_per_work = 1 / share - 1
        self._monotonic = monotonic
        self._live_at = -LIVELY_S
        self._rest_until = 0.0

    def note_live(self) -> None:
        """Say that live work was done."""
        self._live_at = self._monotonic()

    def note_work(self, seconds: float) -> None:
        """Say that the backfill took this time: beside live work it now rests, in proportion."""
        if self.is_lively:
            self._rest_until = self._monotonic() + min(seconds * self._rest_per_work, LONGEST_REST_S)

    @property
    def is_lively(self) -> bool:
        """Whether live work was done lately."""
        return self._monotonic() - self._live_at < LIVELY_S

    @property
    def rest_s(self) -> float:
        """How long the time still belongs to live work."""
        return max(0.0, self._rest_until - self._monotonic())
