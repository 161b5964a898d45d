"""When a transaction of facts may begin: a live one at once, one of a backfill when live ones had their time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from customer_profile.settings import Settings
from lealtad.backfill_throttle import BackfillThrottle
from lealtad.events.cause import Lane
from lealtad.http import unavailable

LONGEST_WAIT_S = 20.0
"""How long one request waits, for all its turns together."""


class Turns:
    """The turns of one process."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.batch_transaction_facts
        self._beside_live = min(settings.backfill_batch_beside_live, self._most)
        self._time = BackfillThrottle(settings.backfill_share)
        self._one = asyncio.Lock()

    def note_live(self) -> None:
        """Say that a live fact came."""
        self._time.note_live()

    @asynccontextmanager
    async def of(self, lane: Lane, until: float) -> AsyncIterator[int]:
        """Wait until facts of `lane` may be written; give how many a transaction takes at most.

        While no live facts come, what is loaded waits for nobody. Raises a Problem (503) where the turn of what is
        loaded beside them does not come before `until`, a time of the event loop.
        """
        if lane is Lane.LIVE:
            self.note_live()
        if lane is Lane.LIVE or not self._time.is_lively:
            yield self._most
            return
        await self._wait(until)
        began = time.monotonic()
        try:
            yield self._beside_live
        finally:
            self._time.note_work(time.monotonic() - began)
            self._one.release()

    async def _wait(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._one.acquire()
                try:
                    await asyncio.sleep(self._time.rest_s)
                except BaseException:
                    self._one.release()
                    raise
        except TimeoutError:
            raise unavailable(
                "Live facts go first, and more is being loaded beside them than there is time for. "
                "Send this fact again, and fewer requests at a time."
            ) from None
