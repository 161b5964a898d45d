"""The running stack as the faults see it: its processes, its addresses, and a further worker."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import psutil

from lealtad_local import clock
from lealtad_local.ports import HOST, free_port
from lealtad_local.processes import Command, Identity, end_all, spawn
from lealtad_local.progress import settle
from lealtad_local.server import last_lines
from lealtad_local.services import SERVICES
from lealtad_local.stack import Stack
from lealtad_local.state import PARTITIONS, StackState, Status

PATIENCE_S = 180.0
"""For everything that takes seconds on a machine with nothing else to do."""
POLL_S = 0.05
STOP_S = 30.0
OWNED = re.compile(r'^lealtad_consumer_lag\{partition="(\d+)",topic="([^"]+)"\}', re.MULTILINE)


async def until(condition: Callable[[], Awaitable[bool]], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until `condition` holds; fail with `what` when it takes too long."""
    try:
        async with asyncio.timeout(patience_s):
            while not await condition():  # noqa: ASYNC110 - another process gives no event
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise AssertionError(f"not within {patience_s:.0f} s: {what}") from None


@dataclass(frozen=True, slots=True)
class Stage:
    """One running stack."""

    stack: Stack
    http: httpx.AsyncClient
    """May do everything."""

    def state(self) -> StackState:
        """Return what the supervisor says now."""
        return Stack.running(self.stack.home).state

    def process(self, name: str) -> psutil.Process:
        """Return the running process of this name."""
        identity = self.state().processes[name].identity
        process = identity.process() if identity else None
        assert process, f"{name} does not run"
        return process

    def environment(self, service: str) -> dict[str, str]:
        """Return the environment of a service's processes."""
        found: dict[str, str] = self.process(f"{service}-worker-0").environ()
        return found

    def database_urls(self) -> dict[str, str]:
        """Return the addresses of the services' databases."""
        return {service.name: self.environment(service.name)["LEALTAD_DATABASE_URL"] for service in SERVICES}

    def restarts(self) -> dict[str, int]:
        """Return how often each process was started again."""
        return {name: process.restarts for name, process in self.state().processes.items()}

    def supervised(self) -> str:
        """Return what the supervisor wrote so far: which processes ended, how, and with which last words."""
        return self.stack.home.log("supervisor").read_text(errors="replace")

    def now(self) -> datetime:
        """Return the business time."""
        return clock.read(self.stack.home)

    async def replaced(self, name: str, pid: int) -> None:
        """Wait until the supervisor has a new, ready process in the place of `pid`."""

        async def is_replaced() -> bool:
            found = self.state().processes[name]
            return found.status is Status.READY and found.identity is not None and found.identity.pid != pid

        await until(is_replaced, f"{name} is up again")

    async def settled(self) -> None:
        """Wait until nothing is under way and nothing is due."""
        await settle(self.stack, self.http, PATIENCE_S)

    async def step(self, delta: timedelta) -> None:
        """Let business time pass, and all that is due with it."""
        clock.advance(self.stack.home, delta)
        await self.settled()

    @asynccontextmanager
    async def guest(self, name: str) -> AsyncIterator["Guest"]:
        """Run a further worker for the time of the block; `name` is `<service>-worker-<slot>`."""
        service, _, slot = name.rpartition("-worker-")
        (package,) = (known.package for known in SERVICES if known.name == service)
        port = free_port()
        place = {"LEALTAD_PORT": str(port), "LEALTAD_INSTANCE": slot}
        command = Command((sys.executable, "-m", package, "worker"), env={**self.environment(service), **place})
        log = self.stack.home.log(name)
        running = spawn(command, log)
        identity = Identity.of(running.pid)
        try:
            yield Guest(name, f"http://{HOST}:{port}", self.http)
        finally:
            await asyncio.to_thread(end_all, [identity], STOP_S)
            running.wait()
        assert running.returncode == os.EX_OK, f"{name} ended with {running.returncode}:\n{last_lines(log)}"


@dataclass(frozen=True, slots=True)
class Guest:
    """A worker beside those of the stack."""

    name: str
    address: str
    http: httpx.AsyncClient

    async def partitions(self) -> set[int]:
        """Return the partitions that it owns now."""
        try:
            answer = await self.http.get(f"{self.address}/metrics")
        except httpx.HTTPError:
            return set()
        return {int(partition) for partition, _ in OWNED.findall(answer.text)}

    async def owns_partitions(self, *, all_of_them: bool = False) -> None:
        """Wait until it owns some partitions, or all of them because no other worker is left."""

        async def owns() -> bool:
            found = len(await self.partitions())
            return found == PARTITIONS if all_of_them else found > 0

        await until(owns, f"{self.name} owns {'all' if all_of_them else 'some'} partitions")

    async def shares_partitions(self) -> None:
        """Wait until another worker has some of the partitions, too."""

        async def shares() -> bool:
            return 0 < len(await self.partitions()) < PARTITIONS

        await until(shares, f"{self.name} shares the partitions")
