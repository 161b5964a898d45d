"""The measured floor: four processes, and the transactions that insert purchases."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path

import asyncpg
import psutil

from lealtad_bench.floor.layout import STAGES, Purchase, Stage
from lealtad_bench.floor.setting_up import make_database, make_topics
from lealtad_bench.floor.wakeup import Bell
from lealtad_bench.floor.writing import take_in
from lealtad_bench.usage import Processes
from lealtad_local.processes import Command

CUSTOMERS = 20_000
CONNECTIONS = 10
"""As many connections as in the pool of a Lealtad process."""
SEEN_WITHIN_S = 30.0
SETTLE_S = 300.0
START_S = 30.0
STOP_S = 5.0
LINE_BYTES = 1 << 20

Process = asyncio.subprocess.Process


class Floor:
    """A running floor."""

    def __init__(self, pool: asyncpg.Pool, bell: Bell, stages: list[Process], servers: Processes) -> None:
        self._pool = pool
        self._bell = bell
        self._stages = stages
        self._servers = servers
        self._ids = count(1)
        self._accepted = 0
        self._arrived = 0
        self._awaited: dict[int, asyncio.Future[float]] = {}

    @property
    def processes(self) -> Processes:
        """Return the stages and their servers, by name."""
        stages = {f"stage-{number}": psutil.Process(process.pid) for number, process in enumerate(self._stages)}
        return {**self._servers, **stages}

    async def buy(self, due: float, watched: bool) -> float | None:
        """Insert a purchase, which ends with the commit of the last stage."""
        purchase = next(self._purchases(1))
        arrival: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        if watched:
            self._awaited[purchase.id] = arrival
        await self._take_in([purchase])
        if not watched:
            return None
        try:
            return await asyncio.wait_for(arrival, SEEN_WITHIN_S) - due
        except TimeoutError:
            return None

    async def send(self, purchases: int) -> None:
        """Insert purchases in one transaction."""
        await self._take_in(list(self._purchases(purchases)))

    async def backlog(self) -> int:
        """Return the number of purchases that have not reached the last stage."""
        return self._accepted - self._arrived

    async def settle(self) -> float:
        """Wait until the last stage has committed everything."""
        began = time.monotonic()
        async with asyncio.timeout(SETTLE_S):
            while self._arrived < self._accepted:  # noqa: ASYNC110 - counted by lines of another process
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def listen(self) -> None:
        """Read the output of the last stage until its end."""
        lines = self._stages[-1].stdout
        assert lines is not None  # noqa: S101 - it was started with a pipe
        while line := await lines.readline():
            moment, *ids = line.split()
            self._arrived += len(ids)
            for identity in map(int, ids):
                arrival = self._awaited.pop(identity, None)
                if arrival and not arrival.done():
                    arrival.set_result(float(moment))

    def _purchases(self, number: int) -> Iterator[Purchase]:
        for _ in range(number):
            identity = next(self._ids)
            # 36 characters, as the ids of our customers have.
            yield Purchase(id=identity, customer=f"{identity % CUSTOMERS:036d}", amount="12.30")

    async def _take_in(self, purchases: list[Purchase]) -> None:
        async with self._pool.acquire() as connection:
            await take_in(connection, Stage(0), purchases)
        self._accepted += len(purchases)
        self._bell.ring()


@asynccontextmanager
async def running_floor(
    admin_url: str, bootstrap: str, partitions: int, logs: Path, servers: Processes
) -> AsyncIterator[Floor]:
    """Run a floor with empty tables for the time of the block, on a broker and a database server in use (`servers`).

    `partitions` is the number that each of its topics has.
    """
    url = await make_database(admin_url)
    await make_topics(bootstrap, partitions)
    async with AsyncExitStack() as stack:
        arguments = (bootstrap, str(partitions))
        stages = [await stack.enter_async_context(_process(n, url, arguments, logs)) for n in range(STAGES)]
        async with asyncio.timeout(START_S):
            await asyncio.gather(*map(_ready, stages))
        bell = await stack.enter_async_context(Bell.of(Stage(0), url))
        pool = asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, timeout=10, command_timeout=30)
        floor = Floor(await stack.enter_async_context(pool), bell, stages, servers)
        listening = asyncio.create_task(floor.listen())
        try:
            yield floor
        finally:
            listening.cancel()
            await asyncio.wait({listening})


@asynccontextmanager
async def _process(number: int, url: str, arguments: tuple[str, ...], logs: Path) -> AsyncIterator[Process]:
    command = Command(
        (sys.executable, "-m", "lealtad_bench.floor.stage", str(number), *arguments),
        env={"LEALTAD_BENCH_DATABASE_URL": url},
    )
    with (logs / f"floor-{number}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command.tethered(),
            env=command.environment(),
            cwd=os.sep,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            limit=LINE_BYTES,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _ready(process: Process) -> None:
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe
    if await process.stdout.readline() != b"ready\n":
        raise RuntimeError("a stage of the floor did not start; its log says why")
