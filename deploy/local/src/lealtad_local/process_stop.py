"""Stop one process of a running stack and keep it stopped, while the others go on."""

from __future__ import annotations

import time

from lealtad_local.errors import StackError
from lealtad_local.stack import Stack
from lealtad_local.state import ProcessState, Status

PATIENCE_S = 60.0
POLL_S = 0.1


def request_stop(stack: Stack, process: str) -> None:
    """Ask the supervisor to end `process` and keep it stopped; return at once."""
    _state_of(stack, process)
    stack.home.stop_mark(process).touch()


def allow_start(stack: Stack, process: str) -> None:
    """Allow the supervisor to start `process` again; return at once."""
    _state_of(stack, process)
    stack.home.stop_mark(process).unlink(missing_ok=True)


def stop(stack: Stack, process: str) -> None:
    """Stop `process` and wait for its end; raise `StackError` when it goes on."""
    request_stop(stack, process)
    _wait(stack, process, Status.STOPPED)


def start(stack: Stack, process: str) -> None:
    """Start `process` again and wait until it is ready; raise `StackError` when it does not get ready."""
    allow_start(stack, process)
    _wait(stack, process, Status.READY)


def _wait(stack: Stack, process: str, status: Status) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while _state_of(Stack.running(stack.home), process).status is not status:
        if time.monotonic() > deadline:
            raise StackError(f"{process} is not {status} after {PATIENCE_S:.0f} s. See: lealtad logs {process}")
        time.sleep(POLL_S)


def _state_of(stack: Stack, process: str) -> ProcessState:
    try:
        return stack.state.processes[process]
    except KeyError:
        names = ", ".join(stack.state.processes)
        raise StackError(f"There is no process {process}. There are: {names}") from None
