"""When a worker works on a backfill: beside live events a share of its time; on its customers, once it is over."""

import math
import time
from collections.abc import Callable

from lealtad.settings import ServiceSettings

LIVELY_S = 5.0
"""So long after a live event the next ones are expected: time is shared with them."""
LONGEST_REST_S = 1.0


class BackfillLane:
    """The times of one worker's backfill lane."""

    def __init__(self, settings: ServiceSettings, stage: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._quiet_s = stage * settings.backfill_quiet_ms / 1000
        self._longest_s = settings.backfill_longest_s
        self._rest_per_work = 1 / settings.backfill_share - 1
        self._monotonic = monotonic
        self._live_at = -LIVELY_S
        self._rest_until = 0.0
        self._since: float | None = None
        self._heard_at = 0.0
        self._more_waits = False

    def note_live(self) -> None:
        """Say that a live event was handled."""
        self._live_at = self._monotonic()

    def note_waiting(self) -> None:
        """Say that somebody, by an event just handled, waits for the end of the backfill."""
        self._heard_at = self._monotonic()
        self._since = self._heard_at if self._since is None else self._since
        # It is not over yet: nobody is evaluated before it was quiet again.
        self._more_waits = False

    def note_left(self) -> None:
        """Say that somebody waits since earlier, maybe since before a restart: that puts no end off."""
        if self._since is None:
            self.note_waiting()

    def note_work(self, seconds: float) -> None:
        """Say that the backfill took this time: beside live events it now rests, in proportion."""
        now = self._monotonic()
        if now - self._live_at < LIVELY_S:
            self._rest_until = now + min(seconds * self._rest_per_work, LONGEST_REST_S)

    def note_evaluated(self, *, more: bool) -> None:
        """Say that some were evaluated, and whether more wait."""
        self._more_waits = more
        if not more:
            self._since = None

    @property
    def rests(self) -> bool:
        """Whether the time belongs to live events now."""
        return self.rest_s > 0

    @property
    def rest_s(self) -> float:
        """How long the time belongs to live events."""
        return max(0.0, self._rest_until - self._monotonic())

    @property
    def longest_wait_s(self) -> float:
        """How long to wait for a live event at most, before more of those who wait are evaluated."""
        return self.rest_s if self._more_waits else math.inf

    @property
    def asks_others(self) -> bool:
        """Whether it matters, before those who wait are evaluated, how far the services before this one are."""
        return not self._more_waits and not self._is_overdue

    def note_others_behind(self) -> None:
        """Say that a service before this one still reads: what it will say of the customers is waited for, too."""
        self._heard_at = self._monotonic()

    def is_over(self, *, behind: bool) -> bool:
        """Whether those who wait are to be evaluated: all of it is read and no more came, or it goes on too long."""
        if self._since is None:
            return False
        quiet = not behind and self._monotonic() - self._heard_at >= self._quiet_s
        return quiet or self._is_overdue

    @property
    def _is_overdue(self) -> bool:
        return self._since is not None and self._monotonic() - self._since >= self._longest_s
