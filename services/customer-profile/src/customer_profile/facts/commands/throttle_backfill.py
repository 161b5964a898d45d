"""Throttle of intake: live facts begin a transaction at once, those of a backfill when live facts had their time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from customer_profile.settings import Settings
from lealtad.backfill_throttle import BackfillThrottle
from lealtad.events.cause import Lane
from lealtad.http import unavailable

MAX_WAIT_S = 20.0
"""The longest wait of one request, over all its transactions."""


class IntakeThrottle:
    """The throttle of one process."""

    def __init__(self, settings: Settings) -> None:
        self._max_facts = settings.batch_transaction_facts
        self._max_facts_beside_live = min(settings.backfill_batch_beside_live, self._max_facts)
        self._time = BackfillThrottle(settings.backfill_share)
        self._backfill = asyncio.Lock()

    def note_live(self) -> None:
        """Note that a live fact arrived."""
        self._time.note_live()

    @asynccontextmanager
    async def admit(self, lane: Lane, until: float) -> AsyncIterator[int]:
        """Wait until facts of `lane` may be written; yield how many of them one transaction may have.

        A backfill waits only while live facts arrive. Raise a Problem (503) if a backfill is not admitted before
        `until`, a time of the event loop.
        """
        if lane is Lane.LIVE:
            self.note_live()
        if lane is Lane.LIVE or not self._time.is_lively:
            yield self._max_facts
            return
        await self._wait(until)
        began = time.monotonic()
        try:
            yield self._max_facts_beside_live
        finally:
            self._time.note_work(time.monotonic() - began)
            self._backfill.release()

    async def _wait(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._backfill.acquire()
                try:
                    await asyncio.sleep(self._time.rest_s)
                except BaseException:
                    self._backfill.release()
                    raise
        except TimeoutError:
            raise unavailable(
                "Live facts go first, and more is being loaded beside them than there is time for. "
                "Send this fact again, and fewer requests at a time."
            ) from None
