"""When a worker polls, and how long polled records wait for others, to share one transaction.

What a transaction costs hardly depends on how much it handles, and a machine whose cores are busy gets more done in
larger ones. So a worker on the decision path rests after a batch for as long as that took, if not longer than
`gather_ms`, and asks for nothing meanwhile: with a batch of 10 ms and an event every 50 ms nobody waits; when
everything is slow, because there is more to do than is done, batches grow. Off the decision path records are gathered
for `idle_gather_ms`, unless somebody waits for all to settle.
"""

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import suppress

from lealtad.events.subscriptions import Reader
from lealtad.settings import ServiceSettings


class Pace:
    """Paces the batches of one worker."""

    def __init__(
        self, reader: Reader, settings: ServiceSettings, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.gathers = not reader.on_decision_path
        """Whether nothing that is read is urgent."""
        self._urgent = frozenset(topic.name for topic in reader.urgent_topics)
        self._longest_rest_s = settings.gather_ms / 1000
        self._gather_s = settings.idle_gather_ms / 1000
        self._hold_s = settings.hold_ms / 1000
        self._monotonic = monotonic
        self._handling_since: float | None = None
        self._hurried = asyncio.Event()

    def batch_begins(self) -> None:
        """Note that the polled records are now handled."""
        self._handling_since = self._monotonic()

    def rest_s(self) -> float:
        """Return how long to rest after the batch that is over; 0 where there was none since the last rest."""
        if self.gathers or self._handling_since is None:
            return 0
        took_s, self._handling_since = self._monotonic() - self._handling_since, None
        return min(took_s, self._longest_rest_s)

    def hold_s(self, topics: Collection[str]) -> float:
        """Return how long records of `topics`, which were polled first, wait for others; 0 where one is urgent."""
        return self._hold_s if self._urgent.isdisjoint(topics) else 0

    async def gather(self) -> None:
        """Wait while records gather."""
        self._hurried.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), self._gather_s)

    def hurry(self) -> None:
        """End the wait of `gather`; a caller waits for the result."""
        self._hurried.set()
