"""The cost of a purchase: CPU time by process, and blocks and rows touched by the databases."""

import asyncio
import time
from collections.abc import Mapping

import asyncpg
from pydantic import BaseModel, ConfigDict, Field

from lealtad_bench.ours.chain import Ours
from lealtad_bench.schedule import Schedule, follow
from lealtad_bench.usage import cpu_ms_each, cpu_seconds
from lealtad_demo.report import Latency
from lealtad_local.services import SERVICES

FLUSH_S = 11.0
"""Time after which idle sessions of PostgreSQL have reported their statistics, at most ten seconds."""
TOUCHED = """
    SELECT datname, blks_hit + blks_read AS blocks, tup_returned + tup_fetched AS rows FROM pg_stat_database
    WHERE datname = ANY($1::text[])
"""


class Touched(BaseModel):
    """Blocks and rows touched by one database."""

    model_config = ConfigDict(frozen=True)

    blocks: float
    rows: float

    def since(self, before: "Touched") -> "Touched":
        """Return the difference from an earlier reading."""
        return Touched(blocks=self.blocks - before.blocks, rows=self.rows - before.rows)

    def less_idle(self, idle: "Touched", seconds: float, purchases: int) -> "Touched":
        """Return blocks and rows per purchase, without those of `seconds` of idling (`idle`: per second)."""
        return Touched(
            blocks=round((self.blocks - idle.blocks * seconds) / purchases, 1),
            rows=round((self.rows - idle.rows * seconds) / purchases, 1),
        )


class Cost(BaseModel):
    """The cost of a purchase at one size."""

    model_config = ConfigDict(frozen=True)

    latency_ms: Latency = Field(description="Where purchases were watched")
    cpu_ms_per_purchase: dict[str, float] = Field(description="By process")
    touched_per_purchase: dict[str, Touched] = Field(description="By service's database, idling taken off")
    idle_touched_per_s: dict[str, Touched]

    @property
    def blocks(self) -> float:
        """Return the blocks touched per purchase, in all databases."""
        return sum(each.blocks for each in self.touched_per_purchase.values())

    @property
    def rows(self) -> float:
        """Return the rows read per purchase, in all databases."""
        return sum(each.rows for each in self.touched_per_purchase.values())


async def cost_of(ours: Ours, warm_up: Schedule, schedule: Schedule, admin_url: str) -> Cost:
    """Measure purchases after a warm-up and a measurement of the idle stack."""
    await follow(warm_up, ours.buy)
    await ours.settle()
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        await asyncio.sleep(FLUSH_S)
        quiet = await _touched(connection)
        await asyncio.sleep(FLUSH_S)
        before, began = await _touched(connection), time.monotonic()
        cpu_before = cpu_seconds(ours.processes)
        followed = await follow(schedule, ours.buy)
        await ours.settle()
        cpu = cpu_ms_each(cpu_before, cpu_seconds(ours.processes), schedule.count)
        await asyncio.sleep(FLUSH_S)
        after, seconds = await _touched(connection), time.monotonic() - began
    finally:
        await connection.close()
    idle = {name: _per_second(before[name].since(quiet[name])) for name in before}
    return Cost(
        latency_ms=Latency.of(followed.seconds),
        cpu_ms_per_purchase=cpu,
        touched_per_purchase={
            name: after[name].since(before[name]).less_idle(idle[name], seconds, schedule.count) for name in after
        },
        idle_touched_per_s=idle,
    )


def _per_second(touched: Touched) -> Touched:
    return Touched(blocks=round(touched.blocks / FLUSH_S, 1), rows=round(touched.rows / FLUSH_S, 1))


async def _touched(connection: asyncpg.Connection) -> Mapping[str, Touched]:
    names = {service.database: service.name for service in SERVICES}
    rows = await connection.fetch(TOUCHED, list(names))
    return {names[row["datname"]]: Touched(blocks=row["blocks"], rows=row["rows"]) for row in rows}
