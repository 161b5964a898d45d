"""A server process of this machine (Kafka, PostgreSQL): start, stop and the faults that tests inject."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from lealtad_local.ports import HOST
from lealtad_local.processes import Command, spawn

FREEZE_TIMEOUT_S = 5.0


class ServerDidNotStartError(Exception):
    """A server that ended or did not answer in time; the message ends with the last lines of its log."""


class LocalServer(ABC):
    """One server with its data in `folder`, which also keeps the port and the secrets.

    A supervisor calls `prepare`, `command` and `answers`. A process that runs the server as its own child calls
    `start`, `stop` and the faults (`kill`, `freeze`, `thaw`, `restart`).
    """

    name: str
    start_timeout: float = 60
    stop_timeout: float = 30

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / f"{self.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def port(self) -> int:
        """The port for clients; 0 before the first `prepare`."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder and the configuration; safe to repeat."""

    @abstractmethod
    def command(self) -> Command:
        """Return the program of the server, after `prepare`."""

    @abstractmethod
    def answers(self) -> bool:
        """Return true when the server answers a request of its own protocol within two seconds."""

    @property
    def is_running(self) -> bool:
        """True while the process of `start` runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id; raises `RuntimeError` when no process runs."""
        if self._process is None or not self.is_running:
            raise RuntimeError(f"{self.name} is not running")
        return self._process.pid

    def start(self) -> Self:
        """Start the server and wait until it answers; raise `ServerDidNotStartError`."""
        self.prepare()
        self._process = spawn(self.command(), self.log)
        deadline = time.monotonic() + self.start_timeout
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise ServerDidNotStartError(f"{self.name} did not start:\n{last_lines(self.log)}")
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        """Stop in an orderly way; SIGKILL after `stop_timeout` seconds."""
        if self._process is None:
            return
        self._process.send_signal(self.command().stop_signal)
        try:
            self._process.wait(self.stop_timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill the server as a crash would, and wait for its end."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def freeze(self) -> None:
        """Send SIGSTOP: the process keeps its connections and does nothing."""
        os.kill(self.pid, signal.SIGSTOP)
        # The signal stops one thread after the other. Until the last one the server may answer.
        deadline = time.monotonic() + FREEZE_TIMEOUT_S
        while not self._is_frozen() and time.monotonic() < deadline:
            time.sleep(0.005)

    def _is_frozen(self) -> bool:
        threads = Path(f"/proc/{self.pid}/task").glob("*/stat")
        try:
            return all(thread.read_text().rpartition(")")[2].split()[0] == "T" for thread in threads)
        except OSError:  # a thread ended meanwhile
            return False

    def thaw(self) -> None:
        """Send SIGCONT after `freeze`."""
        os.kill(self.pid, signal.SIGCONT)

    def discard(self) -> None:
        """Kill the server and delete its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self) -> None:
        """Stop in an orderly way and start again on the same port and data."""
        self.stop()
        self.start()


def exchange(port: int, request: bytes, timeout: float = 2) -> bytes:
    """Send `request` to 127.0.0.1:`port` and return the first bytes of the answer, empty without one."""
    try:
        with socket.create_connection((HOST, port), timeout=timeout) as connection:
            connection.sendall(request)
            return connection.recv(4096)
    except OSError:
        return b""


def last_lines(path: Path, count: int = 20) -> str:
    """Return the end of a log for an error message."""
    if not path.exists():
        return "(no log)"
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])


def read_settings(path: Path) -> dict[str, str]:
    """Return a server's stored settings (port, password, data folder); empty before the first start."""
    settings: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return settings


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, so that a crash leaves the old or the new text; only its owner can read it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
