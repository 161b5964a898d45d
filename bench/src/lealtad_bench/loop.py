"""The benchmark of the loop: floor, Lealtad, floor again, point by point, on one machine within one run."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lealtad.clock import system_now
from lealtad_bench.board import Board
from lealtad_bench.floor.chain import Floor, running_floor
from lealtad_bench.measure import LoadResult, PointResult, latency, throughput
from lealtad_bench.ours.chain import Ours
from lealtad_bench.ours.connections import connected
from lealtad_bench.ours.customers import register
from lealtad_bench.ours.facts import Facts
from lealtad_bench.ours.hops import medians_ms
from lealtad_bench.plan import Plan, Point
from lealtad_bench.schedule import follow
from lealtad_bench.throughput import Load
from lealtad_bench.usage import cpu_ms_each, cpu_seconds, memory_mib
from lealtad_local.kafka import KafkaServer
from lealtad_local.postgres import PostgresServer
from lealtad_local.stack import Stack

IDLE_S = 10.0
CALM_AFTER_S = 15.0
"""Time after which JIT compilation and first polls are over."""
SERVERS = ("kafka", "postgres")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Between(Generic[T]):
    """A measurement of Lealtad between two measurements of the floor."""

    before: T
    ours: T
    after: T


@dataclass(frozen=True, slots=True)
class Beside:
    """Results of live purchases during a backfill."""

    invoices: int
    seconds: list[float]
    """Latencies."""
    not_seen: int
    loaded_meanwhile: int
    """Invoices accepted until the last purchase."""
    loaded_s: float
    """Seconds until all of the history was accepted."""
    settled_s: float


@dataclass(slots=True)
class Findings:
    """All measurements, by point."""

    points: dict[str, Between[PointResult]] = field(default_factory=dict)
    loads: dict[str, Between[LoadResult]] = field(default_factory=dict)
    hops_ms: dict[str, dict[str, float]] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)
    """Mean number of GETs until a decision was readable, by point."""
    reads: list[float] = field(default_factory=list)
    not_read: int = 0
    """Reads that were refused or found no decision."""
    beside_history: Beside | None = None
    idle_cpu_ms_per_s: dict[str, float] = field(default_factory=dict)
    longest_stand_ms: dict[str, float] = field(default_factory=dict)
    memory_mib: dict[str, float] = field(default_factory=dict)


async def measure(stack: Stack, plan: Plan, board: Board) -> Findings:
    """Measure the points of the plan on a running stack without other users."""
    async with _prepared(stack, plan, board) as ours:
        run = Run(stack, ours, plan, board)
        await run.idle()
        await ours.longest_stands_ms()
        for point in plan.points:
            await run.point(point)
        for name, load in plan.loads.items():
            await run.load(name, load)
        if plan.reads.count:
            await run.reads()
        if plan.history:
            await run.backfill()
        run.findings.longest_stand_ms = await ours.longest_stands_ms()
        run.findings.memory_mib = memory_mib(ours.processes)
        return run.findings


@dataclass(slots=True)
class Run:
    """One run on one stack."""

    stack: Stack
    ours: Ours
    plan: Plan
    board: Board
    findings: Findings = field(default_factory=Findings)

    async def idle(self) -> None:
        """Measure the cost of the idle stack."""
        async with self.board.step("idle stack", CALM_AFTER_S + IDLE_S):
            await self.ours.settle()
            await asyncio.sleep(CALM_AFTER_S)
            before = cpu_seconds(self.ours.processes)
            await asyncio.sleep(IDLE_S)
            spent = cpu_ms_each(before, cpu_seconds(self.ours.processes), 1)
        self.findings.idle_cpu_ms_per_s = {name: round(value / IDLE_S, 2) for name, value in spent.items()}

    async def point(self, point: Point) -> None:
        """Measure latency at one rate."""
        seconds = point.warm_up.seconds + point.measured.seconds
        before = await self._on_floor(f"floor {point.name}", seconds, lambda floor: latency(floor, point))
        self.ours.samples.clear()
        async with self.board.step(f"ours {point.name}", seconds):
            ours = await latency(self.ours, point)
        measured = self.ours.samples[-point.measured.watched :]
        await self.ours.trace(measured)
        after = await self._on_floor(f"floor {point.name}", seconds, lambda floor: latency(floor, point))
        self.findings.points[point.name] = Between(before, ours, after)
        self.findings.hops_ms[point.name] = medians_ms(measured)
        asked = sum(sample.asked for sample in measured) / max(len(measured), 1)
        self.findings.asked[point.name] = round(asked, 2)

    async def load(self, name: str, load: Load) -> None:
        """Measure throughput."""
        seconds = load.seconds * load.trials
        before = await self._on_floor(f"floor {name}", seconds, lambda floor: throughput(floor, load, self.plan))
        async with self.board.step(f"ours {name}", seconds):
            ours = await throughput(self.ours, load, self.plan)
        after = await self._on_floor(f"floor {name}", seconds, lambda floor: throughput(floor, load, self.plan))
        self.findings.loads[name] = Between(before, ours, after)

    async def reads(self) -> None:
        """Measure reading while purchases arrive."""
        async with self.board.step("reading next-best actions", self.plan.reads.seconds):
            await follow(self.plan.reads_warm_up, self.ours.read)
            _, read = await asyncio.gather(
                follow(self.plan.purchases_meanwhile, self.ours.buy), follow(self.plan.reads, self.ours.read)
            )
            await self.ours.settle()
        self.findings.reads, self.findings.not_read = read.seconds, read.not_accepted

    async def backfill(self) -> None:
        """Measure live purchases during a backfill."""
        live, accepted = self.plan.beside_history, Counter[str]()
        async with self.board.step(f"purchases beside a backfill of {self.plan.history:,} invoices", live.seconds):
            began = time.monotonic()
            async with asyncio.TaskGroup() as group:
                loading = group.create_task(self.ours.load_history(self.plan.history, accepted))
                followed = await follow(live, self.ours.buy)
                meanwhile = accepted["invoices"]
                await loading
            loaded_s = time.monotonic() - began
            settled_s = await self.ours.settle()
        self.findings.beside_history = Beside(
            invoices=self.plan.history,
            seconds=followed.seconds,
            not_seen=live.watched - len(followed.seconds),
            loaded_meanwhile=meanwhile,
            loaded_s=round(loaded_s, 1),
            settled_s=round(settled_s, 1),
        )

    async def _on_floor(self, text: str, seconds: float, measured: Callable[[Floor], Awaitable[T]]) -> T:
        home, servers = self.stack.home, {name: self.ours.processes[name] for name in SERVERS}
        admin_url, bootstrap = PostgresServer(home.postgres).url, KafkaServer(home.kafka).bootstrap
        floor_beside = running_floor(admin_url, bootstrap, self.stack.state.partitions, home.logs, servers)
        async with self.board.step(text, seconds), floor_beside as floor:
            return await measured(floor)


@asynccontextmanager
async def _prepared(stack: Stack, plan: Plan, board: Board) -> AsyncIterator[Ours]:
    facts = Facts(system_now)
    async with connected(stack) as connections:
        began = time.monotonic()
        number = plan.customers + plan.regulars
        async with board.step(f"preparing {number} customers", number / 100):
            customers = await register(connections.api, facts, number)
            # The last customers are regulars, since no point uses them for purchases that change score and segments.
            ours = Ours(connections, facts, customers, regulars=customers[plan.customers :])
            await ours.settle()
        board.say(f"prepared in {time.monotonic() - began:.0f} s")
        yield ours
