"""Lealtad as a chain that accepts purchases."""

import time
from collections import Counter, deque
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import psutil

from lealtad_bench.measured_chain import NotAcceptedError
from lealtad_bench.ours.connections import Connections
from lealtad_bench.ours.customers import Customer
from lealtad_bench.ours.facts import Facts
from lealtad_bench.ours.watch import Sample
from lealtad_local.progress import read_progress, settle
from lealtad_local.services import SERVICES
from lealtad_local.state import StackState

HISTORY_BATCH = 500
HISTORY_DAYS_AGO = (200, 800)
SETTLE_S = 900.0
"""Long enough for a load above the capacity of the chain."""


class Ours:
    """A running stack and customers without recent purchases; `regulars` buy repeatedly."""

    def __init__(
        self, connections: Connections, facts: Facts, customers: list[Customer], regulars: Sequence[Customer] = ()
    ) -> None:
        self._stack = connections.stack
        self._api = connections.api
        self._operations = connections.operations
        self._watch = connections.watch
        self._facts = facts
        self._lapsing = deque(customers)
        self._all = cycle(customers)
        self._regulars = cycle(regulars or customers)
        self.keyed = False
        """Whether single purchases have an `Idempotency-Key` each."""
        self.samples: list[Sample] = []
        """Watched purchases since the list was emptied."""

    @property
    def processes(self) -> dict[str, psutil.Process]:
        """Return Kafka, PostgreSQL, the APIs and workers, and the supervisor, by name."""
        state = StackState.load(self._stack.home)
        assert state is not None  # noqa: S101 - it runs
        found = {name: each.identity.process() for name, each in state.processes.items() if each.identity}
        found["supervisor"] = state.supervisor.process() if state.supervisor else None
        return {name: process for name, process in found.items() if process}

    async def longest_stands_ms(self) -> dict[str, float]:
        """Return the longest block of each API's event loop since the last call."""
        return await self._api.longest_stands_ms()

    async def buy(self, due: float, watched: bool) -> float | None:
        """Record a purchase of a lapsing customer, which ends when its decision is readable."""
        customer = self._lapsing.popleft()
        sample = Sample(customer.external_id, self._facts.now())
        if not watched:
            await self._api.buy(self._facts.purchase(customer.external_id))
            return None
        self.samples.append(sample)
        self._watch.add(customer.id, sample)
        try:
            await self._api.buy(self._facts.purchase(customer.external_id))
            seen = await self._watch.until_readable(sample)
        finally:
            self._watch.forget(customer.id)
        return None if seen is None else seen - due

    async def send(self, purchases: int) -> None:
        """Record purchases of regular customers in turn, several as one batch."""
        bodies = [self._facts.purchase(next(self._regulars).external_id) for _ in range(purchases)]
        if purchases == 1:
            await self._api.buy(bodies[0], bodies[0]["source"]["fact_id"] if self.keyed else None)
        else:
            await self._api.buy_batch(bodies)

    async def load_history(self, invoices: int, accepted: Counter[str]) -> None:
        """Load invoices of former years as a backfill, in batches, and count them in `accepted["invoices"]`."""
        ages = cycle(range(*HISTORY_DAYS_AGO))
        while (left := invoices - accepted["invoices"]) > 0:
            names = [next(self._all).external_id for _ in range(min(HISTORY_BATCH, left))]
            bodies = [self._facts.purchase(name, days_ago=next(ages)) for name in names]
            await self._api.buy_batch(bodies, mode="backfill")
            accepted["invoices"] += len(bodies)

    async def read(self, due: float, watched: bool) -> float:  # noqa: ARG002 - as all that a schedule calls
        """Read the next-best action of some customer; return the seconds since it was due.

        Raises `NotAcceptedError` without a decision, since each customer has one after preparation.
        """
        customer = next(self._all).external_id
        if await self._api.next_best_action(customer) is None:
            raise NotAcceptedError(f"there is no decision about {customer}")
        return time.monotonic() - due

    async def trace(self, samples: Sequence[Sample]) -> None:
        """Add to samples the times of their records on every topic."""
        await self._watch.trace(samples)

    async def backlog(self) -> int:
        """Return the number of events waiting in outboxes and topics, over all services."""
        workers = {service.name: service.worker(0) for service in SERVICES}
        answers = await read_progress(self._stack, self._operations, workers.values())
        return sum(map(_waiting, answers.values()))

    async def settle(self) -> float:
        """Wait until all services are idle."""
        return await settle(self._stack, self._operations, SETTLE_S)


def _waiting(answer: dict[str, Any] | None) -> int:
    if answer is None:
        return 0
    lag = sum(int(records) for records in (answer["lag"] or {}).values())
    return int(answer["outbox"]["rows"]) + lag + int(answer["pending_reactions"])
