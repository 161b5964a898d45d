"""Keep one child process running: start it, probe it, end it when frozen, restart it with exponential back-off."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from lealtad_local.processes import Command, Identity, listens
from lealtad_local.server import last_lines
from lealtad_local.state import ProcessState, Status

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProcessSpec:
    """A process to keep running, and its probes."""

    name: str
    port: int
    command: Callable[[], Command]
    live: Callable[[], bool]
    """The probes may block for some seconds: the keeper calls them in a thread."""
    ready: Callable[[], bool]


@dataclass(frozen=True)
class Patience:
    """Times of a keeper, in seconds."""

    start: float = 120
    """The keeper ends a process that is not ready so long after its start."""
    frozen: float = 30
    """The keeper ends a process that answers no probe for so long."""
    stop: float = 15
    """The time between the stop signal and SIGKILL."""
    ready_interval: float = 0.2
    live_interval: float = 2
    first_delay: float = 0.2
    """The delay before the first restart; each further delay is twice as long."""
    longest_delay: float = 10
    stable: float = 60
    """A process that ran so long restarts after the first delay."""


class ProcessFailedError(Exception):
    """A process that did not start; the message ends with the last lines of its log."""


class Keeper:
    """The keeper of one process."""

    give_up_after = 3
    """The number of failed starts after which a process that was never ready is given up."""

    def __init__(
        self, spec: ProcessSpec, log_file: Path, stop_mark: Path, patience: Patience, changed: Callable[[], None]
    ) -> None:
        self.spec = spec
        self.state = ProcessState(name=spec.name, port=spec.port)
        self._log_file = log_file
        self._stop_mark = stop_mark
        self._patience = patience
        self._changed = changed
        self._was_ready = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process and return when it is ready; raise `ProcessFailedError` after three failed starts."""
        self._task = asyncio.create_task(self._run(), name=self.spec.name)
        ready = asyncio.create_task(self._was_ready.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not self._was_ready.is_set():
            ready.cancel()
            await self._task

    async def stop(self) -> None:
        """Stop the process with its stop signal, and with SIGKILL when it does not end in time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        if self._process is not None:
            await self._end(self._process)
        log.info("%s stopped", self.spec.name)
        self._set(Status.STOPPED)

    async def _run(self) -> None:
        delay = self._patience.first_delay
        while True:
            began = time.monotonic()
            how = await self._live_once()
            if not self._was_ready.is_set() and self.state.restarts + 1 >= self.give_up_after:
                raise ProcessFailedError(f"{self.spec.name} {how}:\n{last_lines(self._log_file)}")
            if time.monotonic() - began > self._patience.stable:
                delay = self._patience.first_delay
            is_stopped = self._stop_mark.exists()
            next_step = "it stays away until it is let go" if is_stopped else f"starting it again in {delay:.1f} s"
            # The message keeps the last lines: the next process writes to the same log.
            words = last_lines(self._log_file)
            log.warning("%s %s; %s; it wrote at last:\n%s", self.spec.name, how, next_step, words)
            self.state.ended = how
            if not is_stopped:
                self.state.restarts += 1
                self._set(Status.BACKING_OFF)
                await asyncio.sleep(delay)
                delay = min(delay * 2, self._patience.longest_delay)
            await self._while_stopped()

    async def _while_stopped(self) -> None:
        while self._stop_mark.exists():
            if self.state.status is not Status.STOPPED:
                self._set(Status.STOPPED)
            await asyncio.sleep(self._patience.ready_interval)

    async def _live_once(self) -> str:
        """Run the process to its end and return a description of the end."""
        process = self._process = await self._spawn()
        self._set(Status.STARTING)
        exited = asyncio.create_task(process.wait())
        probing = asyncio.create_task(self._probe(process.pid))
        try:
            await asyncio.wait({exited, probing}, return_when=asyncio.FIRST_COMPLETED)
            if exited.done():
                return _describe_exit(exited.result())
            await self._end(process)
            return probing.result()
        finally:
            probing.cancel()

    async def _spawn(self) -> asyncio.subprocess.Process:
        command = self.spec.command()
        with self._log_file.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *command.tethered(),
                env=command.environment(),
                cwd="/",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )
        with suppress(psutil.NoSuchProcess):  # it may have ended already
            self.state.identity = Identity.of(process.pid)
        return process

    async def _probe(self, pid: int) -> str:
        """Return the failure as soon as a probe fails for too long."""
        deadline = time.monotonic() + self._patience.start
        while not await asyncio.to_thread(self._is_ready, pid):
            if time.monotonic() > deadline:
                return f"was not ready after {self._patience.start:.0f} s"
            await asyncio.sleep(self._patience.ready_interval)
        self._was_ready.set()
        self._set(Status.READY)
        answered = time.monotonic()
        while time.monotonic() - answered < self._patience.frozen:
            await asyncio.sleep(self._patience.live_interval)
            if self._stop_mark.exists():
                return "was asked to stop"
            if await asyncio.to_thread(self.spec.live):
                answered = time.monotonic()
        return f"answered no probe for {self._patience.frozen:.0f} s"

    def _is_ready(self, pid: int) -> bool:
        # Another program on the port would answer for a process that cannot get the port.
        return self.spec.ready() and listens(pid, self.spec.port)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        process.send_signal(self.spec.command().stop_signal)
        try:
            await asyncio.wait_for(process.wait(), self._patience.stop)
        except TimeoutError:
            log.warning("%s did not stop in %.0f s and is killed", self.spec.name, self._patience.stop)
            process.kill()
            await process.wait()

    def _set(self, status: Status) -> None:
        self.state.status = status
        self._changed()


def _describe_exit(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
