"""The supervisor: the process that keeps a stack running, and ends all of it with itself.

The kernel ties every child to the supervisor (see `tether`), so even SIGKILL leaves none behind. The supervisor is tied
to its tool through standard input until the tool detaches it. The end of that pipe without the word `detach` means
that the tool has ended.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from lealtad_local.home import Home
from lealtad_local.keeper import Keeper, Patience, ProcessFailedError, ProcessSpec
from lealtad_local.processes import Command, Identity
from lealtad_local.server import last_lines
from lealtad_local.state import Options, Phase, StackState

log = logging.getLogger(__name__)

DETACH = b"detach\n"
STEP_TIMEOUT_S = 120


class Level(IntEnum):
    """Levels of processes: higher ones need the lower ones, and stop first."""

    SERVERS = 0
    SERVICES = 1


class AlreadyRunningError(Exception):
    """A home that another supervisor uses."""


class Supervisor:
    """The starter of all processes of a plan, in order, which stops them in the opposite order."""

    def __init__(self, home: Home, options: Options, patience: Patience | None = None) -> None:
        self.home = home
        self.options = options
        self.state = StackState(phase=Phase.STARTING, supervisor=Identity.of(os.getpid()), options=options)
        self._patience = patience or Patience(frozen=options.frozen_after_s)
        self._keepers: dict[Level, list[Keeper]] = {level: [] for level in Level}

    async def keep(self, level: Level, *specs: ProcessSpec) -> None:
        """Start processes side by side, wait until all are ready, and keep them running."""
        keepers = [
            Keeper(spec, self.home.log(spec.name), self.home.stop_mark(spec.name), self._patience, self._save)
            for spec in specs
        ]
        self._keepers[level].extend(keepers)
        self.state.processes.update({keeper.spec.name: keeper.state for keeper in keepers})
        async with asyncio.TaskGroup() as group:
            for keeper in keepers:
                group.create_task(keeper.start())

    async def run_once(self, name: str, command: Command) -> None:
        """Run a program to its end; raise `ProcessFailedError` unless it succeeds."""
        log_file = self.home.log(name)
        with log_file.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *command.tethered(),
                env=command.environment(),
                cwd="/",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            code = await asyncio.wait_for(process.wait(), STEP_TIMEOUT_S)
        except TimeoutError:
            process.kill()
            code = await process.wait()
        if code != 0:
            raise ProcessFailedError(f"{name} failed with exit code {code}:\n{last_lines(log_file)}")

    def say(self, step: str) -> None:
        """Log the present step, and write it to the state file."""
        log.info(step)
        self.state.step = step
        self._save()

    async def run(self, bring_up: Callable[[Supervisor], Awaitable[None]]) -> None:
        """Bring up the stack, keep it running until a request to stop, and stop it; return without a running child."""
        stopping = _stop_requested()
        work = asyncio.create_task(self._bring_up(bring_up))
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
            await asyncio.wait({work})
        elif work.exception() is None:
            await stopping
        stopping.cancel()
        await self._stop()

    async def _bring_up(self, bring_up: Callable[[Supervisor], Awaitable[None]]) -> None:
        self._save()
        try:
            await bring_up(self)
        except Exception as error:
            self.state.failure = "\n".join(_messages(error))
            log.exception("the stack could not be brought up")
            raise
        self.state.phase = Phase.READY
        self.say("ready")

    async def _stop(self) -> None:
        self.state.step = "stopping"
        for level in reversed(Level):
            await asyncio.gather(*(keeper.stop() for keeper in self._keepers[level]))
        self.state.phase = Phase.FAILED if self.state.failure else Phase.STOPPED
        self.say("stopped")

    def _save(self) -> None:
        self.state.save(self.home)


def _stop_requested() -> asyncio.Task[None]:
    """Return a task that ends with SIGTERM, SIGINT or the lifeline."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    lifeline = sys.stdin.fileno()

    def read_lifeline() -> None:
        received = os.read(lifeline, 64)
        loop.remove_reader(lifeline)
        if received != DETACH:
            log.info("the tool that started the stack has ended")
            stopping.set()

    loop.add_reader(lifeline, read_lifeline)

    async def wait() -> None:
        await stopping.wait()

    return asyncio.create_task(wait())


def _messages(error: BaseException) -> Iterator[str]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _messages(inner)
    else:
        yield str(error) or repr(error)


@contextmanager
def held(home: Home) -> Iterator[None]:
    """Hold the home's lock for the block; raise `AlreadyRunningError` while another process holds it."""
    home.create()
    with home.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError(f"a supervisor already runs in {home.folder}") from error
        yield


def supervise(supervisor: Supervisor, bring_up: Callable[[Supervisor], Awaitable[None]]) -> None:
    """Run a supervisor in this process until it is asked to stop; the caller holds the home's lock."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(supervisor.run(bring_up))
