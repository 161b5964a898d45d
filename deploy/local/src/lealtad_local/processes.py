"""Start, recognise and end processes of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

OWN_VARIABLES = frozenset(
    f"LEALTAD_{name}"
    for name in (
        *("HOME", "POSTGRES_URL", "TARGET", "TOKEN", "CA_FILE"),  # of the command
        *("FUZZ_EXAMPLES", "FAULTS_REPORT", "SHARED_DATA"),  # of tests
    )
)
"""Variables that no started program reads: a service refuses what it does not know."""

_TETHER = str(Path(__file__).with_name("tether.py"))


@dataclass(frozen=True)
class Command:
    """A program, and the signals that stop it."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables added to the caller's environment."""
    without: frozenset[str] = frozenset()
    """Variables left out of the caller's environment, besides `OWN_VARIABLES`."""
    user: str | None = None
    """The account of the program; None: the caller's."""
    stop_signal: signal.Signals = signal.SIGTERM
    """The signal for an orderly end."""
    orphan_signal: signal.Signals = signal.SIGKILL
    """The signal that the kernel sends when the parent ends."""

    def tethered(self) -> list[str]:
        """Return a command line whose process ends together with the calling process."""
        user = self.user or "-"
        interpreter = [sys.executable, "-I", "-S", _TETHER]
        return [*interpreter, str(os.getpid()), str(self.orphan_signal.value), user, *self.argv]

    def environment(self) -> dict[str, str]:
        left_out = OWN_VARIABLES | self.without
        return {**{name: value for name, value in os.environ.items() if name not in left_out}, **self.env}


@dataclass(frozen=True)
class Identity:
    """A process, distinct from a later one with the same id."""

    pid: int
    started: float
    """The start time in seconds since the epoch."""

    @classmethod
    def of(cls, pid: int) -> Identity:
        """Return the identity of a running process; raise `psutil.NoSuchProcess` for an ended one."""
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """Return the process while this very one runs (a zombie does not), else None."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def listens(pid: int, port: int) -> bool:
    """Return true when a process listens at a TCP port, or when the system hides its ports."""
    try:
        sockets = psutil.Process(pid).net_connections("tcp")
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # root without CAP_SYS_PTRACE may not look at PostgreSQL's account
        return True
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in sockets)


def spawn(command: Command, log: Path) -> subprocess.Popen[bytes]:
    """Start `command` tied to this process, in its own process group, with its output appended to `log`.

    Call this function in the main thread: the kernel ties the child to the thread that starts it.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 # our own command lines
            command.tethered(),
            env=command.environment(),
            cwd="/",  # a folder that every user may enter
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )


def end_all(identities: Iterable[Identity], timeout: float) -> None:
    """End the running processes of `identities`: SIGTERM, and SIGKILL after `timeout` seconds."""
    targets = list(identities)
    for send in (psutil.Process.terminate, psutil.Process.kill):
        for identity in targets:
            if process := identity.process():
                with suppress(psutil.NoSuchProcess):
                    send(process)
        if wait_gone(targets, timeout):
            return


def wait_gone(identities: Iterable[Identity], timeout: float) -> bool:
    """Wait until none of `identities` runs; return False when one still runs after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    targets = list(identities)
    while any(identity.process() for identity in targets):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
