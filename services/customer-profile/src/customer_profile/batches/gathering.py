"""Facts that come one at a time share transactions when they come together.

A fact that finds no transaction under way begins one at once. Those that arrive while `AT_ONCE` are under way wait for
the first to end, and then go together: like the commits of a database that are written to disk together. So a fact
alone waits for nobody, and under load one transaction takes in as many facts as came during the last.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from customer_profile.batches.halving import halving
from customer_profile.facts.inputs import FactIn
from customer_profile.facts.recording import Recorded, record
from lealtad.http import Problem
from lealtad.unit_of_work import Database

AT_ONCE = 2
"""While one transaction is being written to disk the next is worked on."""

Outcome = Recorded | Problem


class Told(NamedTuple):
    """A fact, and the trace of the request that told it."""

    fact: FactIn
    traceparent: str | None


class Gathering:
    """Gathers the facts of one process, at most `size` in a transaction."""

    def __init__(self, database: Database, size: int) -> None:
        self._database = database
        self._size = size
        self._waiting: deque[tuple[Told, asyncio.Future[Outcome]]] = deque()
        self._working: set[asyncio.Task[None]] = set()

    async def take(self, fact: FactIn, traceparent: str | None) -> Outcome:
        """Return what became of `fact` once that is committed."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((Told(fact, traceparent), outcome))
        if len(self._working) < AT_ONCE:
            task = asyncio.create_task(self._work(), name="gathered facts")
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        return await outcome

    async def _work(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(self._size, len(self._waiting)))]
            outcomes = await halving([told for told, _ in group], self._record)
            for (_, waiting), outcome in zip(group, outcomes, strict=True):
                # Who asked may have gone away meanwhile.
                if not waiting.done():
                    waiting.set_result(outcome)

    async def _record(self, told: Sequence[Told]) -> list[Outcome]:
        async with self._database.begin() as uow:
            return await record(uow, [each.fact for each in told], traceparents=[each.traceparent for each in told])
