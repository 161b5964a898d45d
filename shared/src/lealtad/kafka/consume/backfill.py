"""When a worker handles a backfill: beside live events for a share of its time; its customers after its end."""

import math
import time
from collections.abc import Callable

from lealtad.backfill_throttle import BackfillThrottle
from lealtad.settings import ServiceSettings


class BackfillLane:
    """The times of one worker's backfill lane."""

    def __init__(self, settings: ServiceSettings, stage: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._quiet_s = stage * settings.backfill_quiet_ms / 1000
        self._longest_s = settings.backfill_longest_s
        self._alone, self._beside_live = settings.backfill_batch, settings.backfill_batch_beside_live
        self._time = BackfillThrottle(settings.backfill_share, monotonic)
        self._monotonic = monotonic
        self._since: float | None = None
        self._heard_at = 0.0
        self._more_waits = False

    def note_live(self) -> None:
        """Note that a live event was handled."""
        self._time.note_live()

    def note_waiting(self) -> None:
        """Note that an event just handled makes a customer wait for the end of the backfill."""
        self._heard_at = self._monotonic()
        self._since = self._heard_at if self._since is None else self._since
        # The backfill goes on: no customer is evaluated before it was quiet again.
        self._more_waits = False

    def note_left(self) -> None:
        """Note that customers wait since before, perhaps since before a restart; this does not postpone the end."""
        if self._since is None:
            self.note_waiting()

    def note_work(self, seconds: float) -> None:
        """Note the time that the backfill took: beside live events it now rests, in proportion."""
        self._time.note_work(seconds)

    def note_evaluated(self, *, more: bool) -> None:
        """Note that customers were evaluated, and whether more wait."""
        self._more_waits = more
        if not more:
            self._since = None

    @property
    def rests(self) -> bool:
        """Whether the time belongs to live events now."""
        return self._time.rest_s > 0

    @property
    def at_once(self) -> int:
        """How many events, or customers, a transaction takes at most, since the next live event waits for it."""
        if self.rests:
            return 0
        return self._beside_live if self._time.is_lively else self._alone

    @property
    def longest_wait_s(self) -> float:
        """How long to wait for a live event at most, before more of those who wait are evaluated."""
        return self._time.rest_s if self._more_waits else math.inf

    @property
    def asks_others(self) -> bool:
        """Whether upstream services must have read the backfill before the waiting customers are evaluated."""
        return not self._more_waits and not self._is_overdue

    def note_others_behind(self) -> None:
        """Note that an upstream service still reads the backfill: its events about the customers are awaited, too."""
        self._heard_at = self._monotonic()

    def is_over(self, *, behind: bool) -> bool:
        """Whether the waiting customers are to be evaluated: the backfill is read and quiet, or it lasts too long."""
        if self._since is None:
            return False
        quiet = not behind and self._monotonic() - self._heard_at >= self._quiet_s
        return quiet or self._is_overdue

    @property
    def _is_overdue(self) -> bool:
        return self._since is not None and self._monotonic() - self._since >= self._longest_s
