"""A supervisor restarts what ends, ends what is frozen, and never leaves a child behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lealtad_local import process_stop
from lealtad_local.errors import StackError
from lealtad_local.home import Home
from lealtad_local.probes import answers_ok
from lealtad_local.processes import Identity, wait_gone
from lealtad_local.stack import Stack, down
from lealtad_local.state import Phase, StackState, Status
from lealtad_local.supervisor import DETACH

TINY_STACK = Path(__file__).with_name("tiny_stack.py")
DEADLINE_S = 20


class Tool:
    """What `lealtad up` is to a supervisor: its parent, and the holder of its lifeline."""

    def __init__(self, home: Home, *arguments: str) -> None:
        self.home = home
        self.supervisor = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, str(TINY_STACK), str(home.folder), *arguments],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def state(self) -> StackState:
        state = StackState.load(self.home)
        assert state is not None
        return state

    def until(self, condition: Callable[[StackState], bool]) -> StackState:
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            state = StackState.load(self.home)
            if state is not None and condition(state):
                return state
            time.sleep(0.02)
        raise AssertionError(f"never came about: {StackState.load(self.home)}")

    def until_ready(self) -> StackState:
        return self.until(lambda state: state.phase is Phase.READY)

    def detach(self) -> None:
        assert self.supervisor.stdin is not None
        self.supervisor.stdin.write(DETACH)
        self.supervisor.stdin.close()

    def crash(self) -> None:
        """The kernel closes the pipe of a tool that was killed."""
        assert self.supervisor.stdin is not None
        self.supervisor.stdin.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@contextmanager
def tool_of(home: Home, *arguments: str) -> Iterator[Tool]:
    tool = Tool(home, *arguments)
    try:
        yield tool
    finally:
        tool.crash()
        tool.supervisor.kill()
        tool.supervisor.wait()


@pytest.fixture
def tool(home: Home) -> Iterator[Tool]:
    with tool_of(home) as tool:
        yield tool


def pid_of(state: StackState, name: str) -> int:
    identity = state.processes[name].identity
    assert identity is not None
    return identity.pid


def is_restarted(name: str) -> Callable[[StackState], bool]:
    return lambda state: state.processes[name].restarts > 0 and state.processes[name].status is Status.READY


def all_gone(identities: list[Identity]) -> bool:
    return wait_gone(identities, DEADLINE_S)


@pytest.mark.parametrize("name", ["server", "service"])
def test_a_killed_child_is_started_again_on_its_port(tool: Tool, name: str) -> None:
    before = tool.until_ready()
    os.kill(pid_of(before, name), signal.SIGKILL)
    after = tool.until(is_restarted(name))
    assert pid_of(after, name) != pid_of(before, name)
    assert after.processes[name].ended == "was ended by SIGKILL"
    assert answers_ok(before.port_of(name), "/")


def test_a_frozen_child_is_ended_and_started_again(tool: Tool) -> None:
    before = tool.until_ready()
    os.kill(pid_of(before, "service"), signal.SIGSTOP)
    after = tool.until(is_restarted("service"))
    assert after.processes["service"].ended == "answered no probe for 1 s"
    frozen = before.processes["service"].identity
    assert frozen is not None
    assert all_gone([frozen])


def test_a_process_that_is_held_back_stays_away_until_it_is_let_go(tool: Tool, home: Home) -> None:
    before = tool.until_ready()
    stack = Stack(home, before)
    process_stop.stop(stack, "service")
    assert not answers_ok(before.port_of("service"), "/")
    assert tool.state().processes["service"].ended == "was asked to stop"
    process_stop.start(stack, "service")
    assert tool.state().processes["service"].restarts == 0
    assert answers_ok(before.port_of("service"), "/")


def test_a_process_that_dies_while_it_is_held_back_is_not_started_again(tool: Tool, home: Home) -> None:
    before = tool.until_ready()
    process_stop.request_stop(Stack(home, before), "server")
    os.kill(pid_of(before, "server"), signal.SIGKILL)
    tool.until(lambda state: state.processes["server"].status is Status.STOPPED)


def test_an_unknown_process_is_named_with_those_there_are(tool: Tool, home: Home) -> None:
    with pytest.raises(StackError, match=r"no process nobody\. There are: server, service"):
        process_stop.stop(Stack(home, tool.until_ready()), "nobody")


def test_a_killed_supervisor_leaves_no_child_not_even_a_frozen_one(tool: Tool) -> None:
    state = tool.until_ready()
    tool.detach()
    os.kill(pid_of(state, "service"), signal.SIGSTOP)
    tool.supervisor.kill()
    assert all_gone(state.identities())


def test_a_supervisor_ends_with_the_tool_that_did_not_detach_it(tool: Tool) -> None:
    state = tool.until_ready()
    tool.crash()
    assert all_gone(state.identities())
    assert tool.until(lambda state: state.phase is Phase.STOPPED)


def test_a_detached_supervisor_outlives_its_tool(tool: Tool) -> None:
    state = tool.until_ready()
    tool.detach()
    os.kill(pid_of(state, "service"), signal.SIGKILL)
    tool.until(is_restarted("service"))


def test_down_stops_everything(tool: Tool, home: Home) -> None:
    state = tool.until_ready()
    tool.detach()
    assert down(home)
    assert all_gone(state.identities())
    assert not down(home)


def test_down_works_after_the_supervisor_crashed(tool: Tool, home: Home) -> None:
    tool.until_ready()
    tool.supervisor.kill()
    tool.supervisor.wait()
    down(home)
    assert not any(identity.process() for identity in tool.state().identities())


def test_down_spares_a_process_that_only_has_the_number_of_a_former_child(tool: Tool, home: Home) -> None:
    state = tool.until_ready()
    tool.crash()
    assert all_gone(state.identities())
    ours = Identity.of(os.getpid())
    state.processes["service"].identity = Identity(ours.pid, ours.started - 3600)
    state.save(home)
    assert not down(home)


def test_a_step_that_fails_fails_the_stack_with_the_end_of_its_log(home: Home) -> None:
    with tool_of(home, "broken") as tool:
        state = tool.until(lambda state: state.phase is Phase.FAILED)
        assert state.failure is not None
        assert "broken failed with exit code 1" in state.failure
        assert "no luck" in state.failure


def test_a_process_whose_port_another_one_holds_does_not_pass_for_ready(home: Home) -> None:
    with tool_of(home, "crowded") as tool:
        state = tool.until(lambda state: state.phase is Phase.FAILED)
        assert state.failure is not None
        assert "service ended with exit code 1" in state.failure
        assert "Address already in use" in state.failure


def test_a_second_supervisor_of_the_same_home_is_refused(tool: Tool, home: Home) -> None:
    tool.until_ready()
    with tool_of(home) as second:
        assert second.supervisor.wait(DEADLINE_S) != 0
    assert tool.state().phase is Phase.READY
