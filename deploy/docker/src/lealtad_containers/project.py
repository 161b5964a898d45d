"""The Compose project of the proof: docker-compose.yml as it is shipped, with settings and an override of the proof."""

import json
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from lealtad_containers.base_images import BaseImages
from lealtad_containers.engine import Engine
from lealtad_containers.errors import ProofError
from lealtad_containers.shell import run
from lealtad_local.services import SERVICES

NAME = "lealtad-proof"
FILE = Path("docker-compose.yml")
SECRETS = (
    "LEALTAD_TOKEN_SECRET",
    "POSTGRES_PASSWORD",
    *(f"{service.database.upper()}_DB_PASSWORD" for service in SERVICES),
)
BUILD_S = 1800
UP_S = 300
DOWN_S = 120


class Ports(NamedTuple):
    """Free ports of the machine at which the project is published."""

    http: int
    https: int
    kafka: int


@dataclass(frozen=True, slots=True)
class Project:
    """A checkout with its compose file, run under one name; `files` beside it hold settings and overrides."""

    engine: Engine
    checkout: Path
    files: tuple[Path, ...]
    settings: Path
    variables: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """Return what lets `docker compose`, called in the checkout with an .env of its own, serve this project."""
        files = ":".join(map(str, self.files))
        return {**self.engine.environment, **self.variables, "COMPOSE_PROJECT_NAME": NAME, "COMPOSE_FILE": files}

    def compose(self, *arguments: str, timeout_s: float = 60) -> str:
        """Return what `docker compose` prints; raise ProofError if it fails."""
        command: list[str | Path] = [
            *self.engine.compose,
            "--env-file",
            self.settings,
            "--progress",
            "quiet",
            *arguments,
        ]
        return run(command, cwd=self.checkout, timeout_s=timeout_s, environment=self.environment)

    def build(self) -> None:
        """Build the images of all services."""
        self.compose("build", "--quiet", timeout_s=BUILD_S)

    def up(self, *arguments: str) -> None:
        """Start what does not run, as the file says, and wait until it is healthy."""
        self.compose("up", "--detach", "--no-build", "--wait", "--quiet-pull", *arguments, timeout_s=UP_S)

    def down(self, *arguments: str) -> None:
        """Stop and remove the containers; with `--volumes` the data, too."""
        self.compose("down", "--remove-orphans", *arguments, timeout_s=DOWN_S)

    def containers(self) -> list[dict[str, Any]]:
        """Return the running containers: `Service`, `Name`, `State`, `Health` and more."""
        lines = self.compose("ps", "--format", "json").splitlines()
        return [json.loads(line) for line in lines if line.strip()]

    def names(self, service: str) -> list[str]:
        """Return the names of the running containers of `service`."""
        return [container["Name"] for container in self.containers() if container["Service"] == service]

    def execute(self, service: str, *command: str) -> str:
        """Return what `command` prints in a container of `service`."""
        return self.compose("exec", "--no-TTY", service, *command)

    def kill(self, container: str) -> None:
        """Kill the main process of a container; the engine starts it again, as after a crash."""
        pid = self.engine.docker("inspect", "--format", "{{.State.Pid}}", container).strip()
        if pid in {"", "0"}:
            raise ProofError(f"{container} does not run")
        run(["kill", "-KILL", pid])


@contextmanager
def open_project(engine: Engine, images: BaseImages, checkout: Path, version: str, ports: Ports) -> Iterator[Project]:
    """Yield the project of `checkout`, whose images have the tag `version`."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "settings.env")
        override = Path(folder, "override.yml")
        settings.write_text("".join(f"{name}={value}\n" for name, value in _SECRETS.items()))
        settings.chmod(0o600)
        override.write_text(yaml.safe_dump(_override(checkout, images)))
        yield Project(engine, checkout, (checkout / FILE, override), settings, _variables(images, version, ports))


_SECRETS = {name: secrets.token_urlsafe(32) for name in SECRETS}
"""One set for the whole run: a project that is upgraded keeps its passwords."""


def _variables(images: BaseImages, version: str, ports: Ports) -> dict[str, str]:
    return {
        **images.names,
        "LEALTAD_VERSION": version,
        "LEALTAD_HTTP_PORT": str(ports.http),
        "LEALTAD_HTTPS_PORT": str(ports.https),
        "LEALTAD_KAFKA_PORT": str(ports.kafka),
        "LEALTAD_TOPIC_PARTITIONS": "4",
    }


def _override(checkout: Path, images: BaseImages) -> dict[str, Any]:
    """Return what a machine without registries and with an own engine needs: builds on its network, and no pull."""
    services: Sequence[tuple[str, Any]] = list(yaml.safe_load((checkout / FILE).read_text())["services"].items())
    changes: dict[str, Any] = {}
    for name, service in services:
        change: dict[str, Any] = {}
        if "build" in service:
            change["build"] = {"network": "host"}
        if images.stand_ins:
            change["pull_policy"] = "never"
        changes[name] = change
    return {"services": changes}
