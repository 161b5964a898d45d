"""Faults: what happens to which process. A fault is a value, so that a matrix of them is a list."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

import psutil

from lealtad_local.process_stop import allow_start, request_stop

from .stage import Stage

FREEZE_S = 20.0
"""Longer than a group member may be silent (10 s), shorter than the supervisor waits (30 s)."""
AWAY_S = 60.0


class Kind(StrEnum):
    """What happens to the process."""

    KILLED = "killed"
    """SIGKILL, with all of its children."""
    RESTARTED = "restarted"
    """Asked to stop: it ends in its own time, and the supervisor starts it again."""
    FROZEN = "frozen"
    """SIGSTOP, with all of its children, and SIGCONT later."""
    AWAY = "away"
    """SIGKILL, and nothing is started in its place until later."""
    SUPERSEDED = "superseded"
    """Frozen as long as another worker needs to take its partitions over, at least 20 s; then it goes on."""
    JOINED = "joined and left"
    """A further worker, in the slot named, joins the group, gets partitions and leaves."""


LASTS_S = {Kind.FROZEN: FREEZE_S, Kind.AWAY: AWAY_S}


@dataclass(frozen=True, slots=True)
class Fault:
    """One process of the stack and what happens to it."""

    process: str
    kind: Kind
    lasts_s: float = 0
    """How long it is frozen or away."""
    after_s: float = 0
    """When it happens, after the first fault of its trial."""

    def __str__(self) -> str:
        length = f" for {self.lasts_s:g} s" if self.lasts_s else ""
        moment = f" after {self.after_s:g} s" if self.after_s else ""
        return f"{self.process} {self.kind}{length}{moment}"


def fault(process: str, kind: Kind) -> Fault:
    """Return the fault as the matrix has it: frozen for 20 s, away for 60 s."""
    return Fault(process, kind, LASTS_S.get(kind, 0))


async def inject(stage: Stage, fault: Fault) -> None:
    """Let it happen; return when the process is up again, or the guest has left."""
    await asyncio.sleep(fault.after_s)
    match fault.kind:
        case Kind.KILLED:
            await _kill(stage, fault.process)
        case Kind.RESTARTED:
            await _restart(stage, fault.process)
        case Kind.FROZEN:
            with _frozen(stage.process(fault.process)):
                await asyncio.sleep(fault.lasts_s)
        case Kind.AWAY:
            await _keep_away(stage, fault)
        case Kind.SUPERSEDED:
            await _supersede(stage, fault.process)
        case Kind.JOINED:
            async with stage.guest(fault.process) as guest:
                await guest.owns_partitions()


async def _kill(stage: Stage, name: str) -> None:
    process = stage.process(name)
    _send(_family(process), signal.SIGKILL)
    await stage.replaced(name, process.pid)


async def _restart(stage: Stage, name: str) -> None:
    process, told = stage.process(name), len(stage.supervised())
    # PostgreSQL waits for the last client after SIGTERM, and there is always one: SIGINT ends their sessions.
    process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
    await stage.replaced(name, process.pid)
    words = stage.supervised()[told:]
    assert _in_order(name) in words, words


def _in_order(name: str) -> str:
    """Return what the supervisor tells of a process that ended as it was asked to."""
    # A JVM names the signal that asked it to end, however well it did.
    return f"{name} ended with exit code {143 if name == 'kafka' else 0}"


async def _keep_away(stage: Stage, fault: Fault) -> None:
    process = stage.process(fault.process)
    request_stop(stage.stack, fault.process)
    try:
        _send(_family(process), signal.SIGKILL)
        await asyncio.sleep(fault.lasts_s)
    finally:
        allow_start(stage.stack, fault.process)
    await stage.replaced(fault.process, process.pid)


async def _supersede(stage: Stage, name: str) -> None:
    successor = f"{name.rpartition('-')[0]}-1"
    async with stage.guest(successor) as guest:
        await guest.owns_partitions()
        with _frozen(stage.process(name)):
            await asyncio.gather(guest.owns_partitions(all_of_them=True), asyncio.sleep(FREEZE_S))
        await guest.shares_partitions()


@contextmanager
def _frozen(process: psutil.Process) -> Iterator[None]:
    """Let the process and its children do nothing for the time of the block."""
    family = _family(process)
    _send(family, signal.SIGSTOP)
    try:
        yield
    finally:
        # The supervisor may have ended it meanwhile.
        _send(family, signal.SIGCONT)


def _family(process: psutil.Process) -> list[psutil.Process]:
    """Return the process and its children; itself first: a server that saw a child die would mend that by itself."""
    return [process, *process.children(recursive=True)]


def _send(family: list[psutil.Process], what: signal.Signals) -> None:
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.send_signal(what)
