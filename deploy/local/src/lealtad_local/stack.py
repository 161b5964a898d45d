"""A local stack for its users: bring it up, take it down, find its addresses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import IO

import httpx

from lealtad_local import clock, partitions
from lealtad_local.credentials import Credentials
from lealtad_local.errors import StackError
from lealtad_local.home import Home
from lealtad_local.kafka import KafkaServer
from lealtad_local.ports import HOST
from lealtad_local.postgres import PostgresServer
from lealtad_local.processes import end_all
from lealtad_local.server import last_lines
from lealtad_local.services import DEPLOYABLES, SERVICES, Service
from lealtad_local.state import Options, Phase, StackState
from lealtad_local.supervisor import DETACH

START_TIMEOUT_S = 240
STOP_TIMEOUT_S = 40

Say = Callable[[str], None]


@dataclass(frozen=True)
class Stack:
    """A running stack."""

    home: Home
    state: StackState

    @classmethod
    def running(cls, home: Home) -> Stack:
        """Return the running stack of this home; raise `StackError` without one."""
        state = StackState.load(home)
        if state is None or not is_running(state):
            raise StackError("The stack is not running. Start it: lealtad up")
        return cls(home, state)

    def url(self, service: Service) -> str:
        """Return the base address of a service's API."""
        return self.address(service.api())

    def address(self, process: str) -> str:
        """Return the base address of one process."""
        return f"http://{HOST}:{self.state.port_of(process)}"

    def urls(self) -> dict[str, str]:
        """Return the base addresses of the services by name: those with events, traces and dead letters."""
        return {service.name: self.url(service) for service in SERVICES}

    def apis(self) -> dict[str, str]:
        """Return the base addresses of all APIs by name, of deployables without a database too."""
        return {service.name: self.url(service) for service in DEPLOYABLES}

    def workers(self) -> list[str]:
        """Return the names of all workers."""
        slots = range(self.state.options.workers)
        return [service.worker(slot) for service in SERVICES for slot in slots]

    def client(self) -> httpx.AsyncClient:
        """Return a client with all scopes."""
        return httpx.AsyncClient(headers={"Authorization": f"Bearer {self.token()}"}, timeout=10)

    def token(
        self,
        scopes: list[str] | None = None,
        subject: str = "local",
        lifetime: timedelta = timedelta(hours=12),
    ) -> str:
        """Mint a bearer token with `scopes`, or with all of them."""
        # A late import: it takes a second, and loads the HTTP side of the services.
        from lealtad.http.auth import SCOPES, mint_token  # noqa: PLC0415
        from lealtad.settings import ProcessSettings  # noqa: PLC0415

        credentials = Credentials.load_or_make(self.home, [])
        settings = ProcessSettings.model_validate({"token_secret": credentials.token_secret})
        return mint_token(settings, subject, scopes or list(SCOPES), lifetime)


def is_running(state: StackState) -> bool:
    """Return true when the supervisor that wrote this state runs."""
    return state.supervisor is not None and state.supervisor.process() is not None


@contextmanager
def running_stack(home: Home, options: Options, say: Say = lambda _: None, *, stays: bool = False) -> Iterator[Stack]:
    """Yield a stack that ends with the block, or with this process, even after a crash of it.

    With `stays` the stack goes on after the block, unless the block failed.
    """
    supervisor = _launch(home, options)
    try:
        yield _wait_until_ready(home, supervisor, say)
        if stays:
            _detach(supervisor)
    finally:
        if not _pipe(supervisor).closed:
            _cut_lifeline(supervisor)
            down(home)
            supervisor.wait(STOP_TIMEOUT_S)


def up(home: Home, options: Options, say: Say = lambda _: None) -> Stack:
    """Bring a stack up that outlives this process; until the stack is ready, it ends with this process."""
    with running_stack(home, options, say, stays=True) as stack:
        return stack


def down(home: Home) -> bool:
    """End every running process of this home's stack, also after a crash; return False when none ran."""
    state = StackState.load(home)
    if state is None:
        return False
    found = any(identity.process() for identity in state.identities())
    if state.supervisor:
        end_all([state.supervisor], STOP_TIMEOUT_S)
    # Children end with their supervisor, except those that the kernel could not tie to it.
    end_all(state.identities(), timeout=5)
    return found


def wipe(home: Home) -> None:
    """Delete all state and data of a stack that is down."""
    if home.folder.exists():
        KafkaServer(home.kafka).discard()
        PostgresServer(home.postgres).discard()
        shutil.rmtree(home.folder)


def _launch(home: Home, options: Options) -> subprocess.Popen[bytes]:
    state = StackState.load(home)
    if state and is_running(state):
        raise StackError("The stack is already running. See it: lealtad status. Stop it: lealtad down")
    clock.require_reached(home, options.clock, fresh=options.fresh)
    options = options.model_copy(update={"partitions": _partitions(home, options, state)})
    home.create()
    with home.log("supervisor").open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "lealtad_local.bring_up", str(home.folder), options.model_dump_json()],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _partitions(home: Home, options: Options, before: StackState | None) -> int:
    has_topics = "LEALTAD_KAFKA_BOOTSTRAP" in os.environ or (KafkaServer(home.kafka).formatted and not options.fresh)
    return partitions.choose(options, before.partitions if before and has_topics else None)


def _wait_until_ready(home: Home, supervisor: subprocess.Popen[bytes], say: Say) -> Stack:
    deadline = time.monotonic() + START_TIMEOUT_S
    step = ""
    while time.monotonic() < deadline and supervisor.poll() is None:
        state = _written_by(supervisor, home)
        if state and state.step != step:
            step = state.step
            say(step)
        if state and state.phase is Phase.READY:
            return Stack(home, state)
        time.sleep(0.05)
    state = _written_by(supervisor, home)
    failure = (state and state.failure) or last_lines(home.log("supervisor"))
    raise StackError(f"The stack could not be brought up. {failure}\nLogs: {home.logs}")


def _written_by(supervisor: subprocess.Popen[bytes], home: Home) -> StackState | None:
    state = StackState.load(home)
    return state if state and state.supervisor and state.supervisor.pid == supervisor.pid else None


def _pipe(supervisor: subprocess.Popen[bytes]) -> IO[bytes]:
    assert supervisor.stdin is not None  # noqa: S101 # it was started with a pipe
    return supervisor.stdin


def _detach(supervisor: subprocess.Popen[bytes]) -> None:
    _pipe(supervisor).write(DETACH)
    _cut_lifeline(supervisor)
    # The supervisor outlives this process: the status keeps Python from a warning about a child without a wait.
    supervisor.returncode = 0


def _cut_lifeline(supervisor: subprocess.Popen[bytes]) -> None:
    _pipe(supervisor).close()
