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

_TETHER = str(Path(__file__).with_name("tether.py"))


@dataclass(frozen=True)
class Command:
    """What to run, and how to ask it to stop."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the caller's environment."""
    user: str | None = None
    """Account to run as; None: the caller's."""
    stop_signal: signal.Signals = signal.SIGTERM
    """Asks for an orderly end."""
    orphan_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel when the parent ends."""

    def tethered(self) -> list[str]:
        """Return the command line that ends together with the calling process."""
        user = self.user or "-"
        interpreter = [sys.executable, "-I", "-S", _TETHER]
        return [*interpreter, str(os.getpid()), str(self.orphan_signal.value), user, *self.argv]

    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.env}


@dataclass(frozen=True)
class Identity:
    """A process, told apart from a later one that got the same number."""

    pid: int
    started: float
    """Start time in seconds since the epoch."""

    @classmethod
    def of(cls, pid: int) -> Identity:
        """Read the identity of a running process; raise `psutil.NoSuchProcess` where there is none."""
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """Return the process if this very one still runs (a zombie does not)."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def listens(pid: int, port: int) -> bool:
    """Say whether a process listens at a TCP port; where that may not be looked at, say that it does."""
    try:
        sockets = psutil.Process(pid).net_connections("tcp")
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # root without CAP_SYS_PTRACE may not look at PostgreSQL's account
        return True
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in sockets)


def spawn(command: Command, log: Path) -> subprocess.Popen[bytes]:
    """Start `command` tied to this process, in a process group of its own, its output appended to `log`.

    Call it in the main thread: the kernel's tie is to the thread that starts the child.
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
    """End what still runs of `identities`: SIGTERM, and SIGKILL after `timeout` seconds."""
    targets = list(identities)
    for send in (psutil.Process.terminate, psutil.Process.kill):
        for identity in targets:
            if process := identity.process():
                with suppress(psutil.NoSuchProcess):
                    send(process)
        if wait_gone(targets, timeout):
            return


def wait_gone(identities: Iterable[Identity], timeout: float) -> bool:
    """Wait until none of `identities` runs; say whether that was so within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    targets = list(identities)
    while any(identity.process() for identity in targets):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
