"""Faults: what happens to which process. A fault is a value, so that a matrix of them is a list."""

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import psutil

from .stage import Stage

FREEZE_S = 20.0
"""Longer than a group member may be silent (10 s), shorter than the supervisor waits (30 s)."""


class Kind(StrEnum):
    """What happens to the process."""

    KILLED = "killed"
    """SIGKILL, with all of its children."""
    RESTARTED = "restarted"
    """SIGTERM: it ends in its own time, and the supervisor starts it again."""
    FROZEN = "frozen"
    """SIGSTOP, and SIGCONT 20 s later."""
    SUPERSEDED = "superseded"
    """Frozen as long as another worker needs to take its partitions over, at least 20 s; then it goes on."""
    JOINED = "joined and left"
    """A further worker, in the slot named, joins the group, gets partitions and leaves."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One process of the stack and what happens to it."""

    process: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.process} {self.kind}"


async def inject(stage: Stage, fault: Fault) -> None:
    """Let it happen; return when the process is up again, or the guest has left."""
    match fault.kind:
        case Kind.KILLED:
            await _end(stage, fault.process, signal.SIGKILL)
        case Kind.RESTARTED:
            await _end(stage, fault.process, signal.SIGTERM)
            ended = stage.state().processes[fault.process].ended
            assert ended == "ended with exit code 0", f"{fault.process} {ended}:\n{stage.supervised()}"
        case Kind.FROZEN:
            with _frozen(stage.process(fault.process)):
                await asyncio.sleep(FREEZE_S)
        case Kind.SUPERSEDED:
            await _supersede(stage, fault.process)
        case Kind.JOINED:
            async with stage.guest(fault.process) as guest:
                await guest.owns_partitions()


async def _end(stage: Stage, name: str, how: signal.Signals) -> None:
    process = stage.process(name)
    family = [process]
    if how is signal.SIGKILL:
        # The parent first: a server that saw a child die would mend that by itself.
        family += process.children(recursive=True)
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.send_signal(how)
    await stage.replaced(name, process.pid)


async def _supersede(stage: Stage, name: str) -> None:
    successor = f"{name.rpartition('-')[0]}-1"
    async with stage.guest(successor) as guest:
        await guest.owns_partitions()
        with _frozen(stage.process(name)):
            await asyncio.gather(guest.owns_partitions(all_of_them=True), asyncio.sleep(FREEZE_S))
        await guest.shares_partitions()


class _frozen:  # noqa: N801 - reads as what it is
    """The process does nothing for the time of the block."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process

    def __enter__(self) -> None:
        self._process.suspend()

    def __exit__(self, *_: object) -> None:
        # The supervisor may have ended it meanwhile.
        with suppress(psutil.NoSuchProcess):
            self._process.resume()
