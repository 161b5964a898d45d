"""Group commit: facts that arrive one at a time share transactions when they arrive together.

A fact that finds no transaction under way begins one at once. Facts that arrive while `CONCURRENT_TRANSACTIONS` are
under way wait for the first of them to end. The next transaction then records all of them. So a single fact never
waits, and under load one transaction records the facts that arrived during the one before.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from customer_profile.facts.commands.record_facts import FactResult, record_facts
from customer_profile.facts.schemas import FactRequest
from lealtad.http import Problem
from lealtad.http.batch_items import isolate_failures
from lealtad.unit_of_work import Database

CONCURRENT_TRANSACTIONS = 2
"""While one transaction is written to disk, the next one is prepared."""

Outcome = FactResult | Problem


class SubmittedFact(NamedTuple):
    """A fact with the trace of its request."""

    fact: FactRequest
    traceparent: str | None


class GroupCommit:
    """The group commit of one process, with at most `size` facts in a transaction."""

    def __init__(self, database: Database, size: int) -> None:
        self._database = database
        self._size = size
        self._waiting: deque[tuple[SubmittedFact, asyncio.Future[Outcome]]] = deque()
        self._working: set[asyncio.Task[None]] = set()

    async def submit(self, fact: FactRequest, traceparent: str | None) -> Outcome:
        """Return the outcome of `fact` once its transaction is committed."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((SubmittedFact(fact, traceparent), outcome))
        if len(self._working) < CONCURRENT_TRANSACTIONS:
            task = asyncio.create_task(self._record_waiting(), name="group commit of facts")
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        return await outcome

    async def _record_waiting(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(self._size, len(self._waiting)))]
            outcomes = await isolate_failures([submitted for submitted, _ in group], self._record)
            for (_, waiting), outcome in zip(group, outcomes, strict=True):
                # The caller may have disconnected meanwhile.
                if not waiting.done():
                    waiting.set_result(outcome)

    async def _record(self, group: Sequence[SubmittedFact]) -> list[Outcome]:
        traceparents = [submitted.traceparent for submitted in group]
        async with self._database.begin() as uow:
            return await record_facts(uow, [submitted.fact for submitted in group], traceparents=traceparents)
