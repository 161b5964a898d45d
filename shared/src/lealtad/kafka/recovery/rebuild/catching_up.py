"""Read and fold until the live worker's positions are reached, then take over."""

import asyncio
import time
from collections.abc import Mapping

from lealtad.kafka.offsets import TopicPartition
from lealtad.kafka.recovery.rebuild import structure
from lealtad.kafka.recovery.rebuild.errors import RebuildError, patiently
from lealtad.kafka.recovery.rebuild.folding import Folding
from lealtad.kafka.recovery.rebuild.history import History
from lealtad.kafka.recovery.rebuild.progress import Meter, Say
from lealtad.kafka.recovery.rebuild.takeover import TakeOver
from lealtad.unit_of_work import Database

ATTEMPTS = 60
"""How often the workers are asked to wait, a second apart, before the rebuild gives up."""
SILENCE_S = 60.0
"""How long Kafka may give nothing although there is more."""


class CatchingUp:
    """Folds `at_once` records in a transaction, from the beginning to where the workers stand."""

    def __init__(
        self, database: Database, history: History, folding: Folding, take_over: TakeOver, *, at_once: int, say: Say
    ) -> None:
        self._database = database
        self._history = history
        self._folding = folding
        self._take_over = take_over
        self._at_once = at_once
        self._say = say
        self._meter = Meter(say, "folding", "records")

    async def run(self) -> None:
        """Return when the rebuilt tables are in place; raise RebuildError when the workers were always in the way."""
        await self._reach_workers()
        async with self._database.read() as uow:
            await structure.analyze(uow.connection)
        for _ in range(ATTEMPTS):
            await self._reach_workers()
            began = time.perf_counter()
            if await self._take_over.attempt():
                waited_ms = (time.perf_counter() - began) * 1000
                self._say(f"the rebuilt tables are in place; the workers waited {waited_ms:,.0f} ms at most")
                return
            self._say("the workers are busy: trying again")
            await asyncio.sleep(1)
        raise RebuildError("The workers were busy whenever the new tables were to be put in place. Run it again later.")

    async def _reach_workers(self) -> None:
        """Fold until so few records are left that the workers can wait for them."""
        heard, left = time.monotonic(), self._at_once + 1
        while left > self._at_once:
            limits = await patiently(self._limits)
            left = self._history.remaining(limits)
            if records := await self._history.read(limits, self._at_once):
                await self._folding.fold(self._folding.understand(records))
                heard = time.monotonic()
            elif time.monotonic() - heard > SILENCE_S:
                raise RebuildError(f"Kafka gave nothing for {SILENCE_S:.0f} s. See to it, and run it again.")
            self._show(limits)

    async def _limits(self) -> dict[TopicPartition, int]:
        async with self._database.read() as uow:
            return await self._take_over.limits(uow.connection)

    def _show(self, limits: Mapping[TopicPartition, int]) -> None:
        total = sum(limit - self._history.first[place] for place, limit in limits.items())
        self._meter.show(total - self._history.remaining(limits), total)
