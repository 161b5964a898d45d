"""The measurement of the cost of a purchase at several sizes of one stack."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, islice

from lealtad.clock import system_now
from lealtad_bench.board import Board
from lealtad_bench.ours.chain import Ours
from lealtad_bench.ours.connections import Connections, connected, database_url_of
from lealtad_bench.ours.customers import BATCH, Customer, register
from lealtad_bench.ours.facts import BOUGHT_DAYS_AGO, Facts
from lealtad_bench.schedule import Schedule
from lealtad_bench.size.copies import copy_customers, tidy
from lealtad_bench.size.cost import FLUSH_S, Cost, cost_of
from lealtad_bench.size.full_hour import wait_s
from lealtad_local.services import SERVICES, Service
from lealtad_local.stack import Stack

FACTS_OVER_DAYS = 700
"""Days before today over which a customer's many purchases spread."""
COPIED_PER_S = 5000
MEASURING_S = 300
"""Time for preparation, vacuum and measurement, also on slower machines."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The compared sizes."""

    customers: Sequence[int]
    """Numbers of customers, ascending."""
    facts: Sequence[int]
    """Numbers of facts of each buying customer."""
    templates: int = 1000
    """Number of customers created by HTTP, whose rows are copied."""
    buyers: int = 5
    """Number of customers with many facts, who buy in turn."""
    warm_up: Schedule = field(default_factory=lambda: Schedule(20, 10))
    measured: Schedule = field(default_factory=lambda: Schedule(20, 30))


@dataclass(slots=True)
class SizeRun:
    """One run on one stack."""

    connections: Connections
    sizes: Sizes
    board: Board
    facts: Facts = field(default_factory=lambda: Facts(system_now))

    async def by_customers(self) -> dict[str, Cost]:
        """Measure at each number of customers; watched purchases change score and segments."""
        templates = await self._register(self.sizes.templates)
        costs, present = {}, len(templates)
        for size in self.sizes.customers:
            await self._let_a_full_hour_pass(templates, 2 * (size - present) / COPIED_PER_S + MEASURING_S)
            await self._grow(templates, present, size)
            present = size
            buyers = await self._register(self.sizes.warm_up.count + self.sizes.measured.count)
            costs[str(size)] = await self._cost(f"{size:,} customers", buyers, every=1)
        return costs

    async def by_facts(self) -> dict[str, Cost]:
        """Measure for customers with each number of facts; they buy in turn, unwatched."""
        costs = {}
        for size in self.sizes.facts:
            buyers = await self._register(self.sizes.buyers)
            await self._buy_long_ago(buyers, size - len(BOUGHT_DAYS_AGO))
            in_turn = list(islice(cycle(buyers), self.sizes.warm_up.count + self.sizes.measured.count))
            costs[str(size)] = await self._cost(f"{size:,} facts a customer", in_turn, every=0)
        return costs

    async def _register(self, number: int) -> list[Customer]:
        async with self.board.step(f"registering {number} customers", number / 100):
            customers = await register(self.connections.api, self.facts, number)
            await Ours(self.connections, self.facts, customers).settle()
        return customers

    async def _let_a_full_hour_pass(self, customers: list[Customer], needed_s: float) -> None:
        """Wait for the work of a full hour if it falls into the next `needed_s` seconds."""
        if seconds := wait_s(system_now(), needed_s):
            async with self.board.step("letting the full hour pass", seconds):
                await asyncio.sleep(seconds)
                await Ours(self.connections, self.facts, customers).settle()

    async def _grow(self, templates: Sequence[Customer], present: int, size: int) -> None:
        """Insert copies of the templates up to about `size` customers."""
        first, last = present // len(templates), size // len(templates) - 1
        ids = [template.id for template in templates]
        async with self.board.step(f"copying to {size:,} customers", (size - present) / COPIED_PER_S):
            for service in SERVICES:
                rows = await copy_customers(self._database(service), ids, first, last)
                self.board.say(f"{service.name}: {rows:,} rows more")

    async def _buy_long_ago(self, buyers: Sequence[Customer], each: int) -> None:
        bodies = [
            self.facts.purchase(buyer.external_id, days_ago=1 + number % FACTS_OVER_DAYS)
            for number in range(each)
            for buyer in buyers
        ]
        async with self.board.step(f"{len(bodies):,} purchases of {len(buyers)} customers", len(bodies) / 500):
            for start in range(0, len(bodies), BATCH):
                await self.connections.api.buy_batch(bodies[start : start + BATCH])
            await Ours(self.connections, self.facts, list(buyers)).settle()

    async def _cost(self, text: str, buyers: list[Customer], every: int) -> Cost:
        ours = Ours(self.connections, self.facts, buyers)
        warm_up, measured = (replace(each, every=every) for each in (self.sizes.warm_up, self.sizes.measured))
        for service in SERVICES:
            await tidy(self._database(service))
        async with self.board.step(text, warm_up.seconds + measured.seconds + 3 * FLUSH_S):
            return await cost_of(ours, warm_up, measured, self.connections.admin_url)

    def _database(self, service: Service) -> str:
        return database_url_of(self.connections.stack, service.name)


async def measure_sizes(stack: Stack, sizes: Sizes, board: Board) -> tuple[dict[str, Cost], dict[str, Cost]]:
    """Measure by number of facts and by number of customers; return costs by customers, and by facts."""
    async with connected(stack) as connections:
        run = SizeRun(connections, sizes, board)
        by_facts = await run.by_facts()
        return await run.by_customers(), by_facts
