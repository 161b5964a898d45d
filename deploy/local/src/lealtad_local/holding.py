"""Stop one process of a running stack and keep it stopped: the broker is away, the others go on."""

from __future__ import annotations

import time

from lealtad_local.errors import StackError
from lealtad_local.stack import Stack
from lealtad_local.state import ProcessState, Status

PATIENCE_S = 60.0
POLL_S = 0.1


def hold_back(stack: Stack, process: str) -> None:
    """Let the supervisor end `process` and not start it again; return at once."""
    _known(stack, process)
    stack.home.held_back(process).touch()


def let_go(stack: Stack, process: str) -> None:
    """Let the supervisor start `process` again; return at once."""
    _known(stack, process)
    stack.home.held_back(process).unlink(missing_ok=True)


def stop(stack: Stack, process: str) -> None:
    """Hold `process` back and wait until it has ended; raise `StackError` when it does not."""
    hold_back(stack, process)
    _wait(stack, process, Status.STOPPED)


def start(stack: Stack, process: str) -> None:
    """Let `process` go and wait until it is ready; raise `StackError` when it does not become so."""
    let_go(stack, process)
    _wait(stack, process, Status.READY)


def _wait(stack: Stack, process: str, status: Status) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while _known(Stack.running(stack.home), process).status is not status:
        if time.monotonic() > deadline:
            raise StackError(f"{process} is not {status} after {PATIENCE_S:.0f} s. See: lealtad logs {process}")
        time.sleep(POLL_S)


def _known(stack: Stack, process: str) -> ProcessState:
    try:
        return stack.state.processes[process]
    except KeyError:
        names = ", ".join(stack.state.processes)
        raise StackError(f"There is no process {process}. There are: {names}") from None
