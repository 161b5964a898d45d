"""Kafka's jars: a locked list with hashes (`kafka-jars.lock`), fetched once per user from Maven Central."""

from __future__ import annotations

import fcntl
import hashlib
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"
# Kafka logs through SLF4J 1.7; without this binding it logs nothing. The version is that of Kafka's log4j-core.
LOG_BINDING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"
LOCK_FILE = Path(__file__).with_name("kafka-jars.lock")


class JarsUnavailableError(Exception):
    """A failure to fetch Kafka's jars."""


@dataclass(frozen=True)
class Jar:
    """One locked jar: Maven coordinates and the SHA-256 of its file."""

    group: str
    artifact: str
    version: str
    sha256: str

    @classmethod
    def parse(cls, line: str) -> Jar:
        """Parse a line of the lock file: `group:artifact:version sha256`."""
        coordinates, sha256 = line.split(" ")
        group, artifact, version = coordinates.split(":")
        return cls(group, artifact, version, sha256)

    def path(self, repository: Path) -> Path:
        """Return the path of this jar in a Maven repository."""
        folder = repository.joinpath(*self.group.split("."), self.artifact, self.version)
        return folder / f"{self.artifact}-{self.version}.jar"

    def is_in(self, repository: Path) -> bool:
        path = self.path(repository)
        return path.exists() and _sha256(path) == self.sha256


def kafka_jars() -> list[Path]:
    """Fetch missing and damaged jars of Kafka, and return the paths of all.

    The jars stay in the user's cache folder, where a second checkout finds them. Raise `JarsUnavailableError`.
    """
    repository = platformdirs.user_cache_path("lealtad") / "maven"
    jars = _locked()
    with _one_at_a_time(repository):
        missing = [jar for jar in jars if not jar.is_in(repository)]
        if missing:
            _fetch(missing, repository)
    return [jar.path(repository) for jar in jars]


def _locked() -> list[Jar]:
    return [Jar.parse(line) for line in LOCK_FILE.read_text().splitlines()]


def _fetch(jars: Sequence[Jar], repository: Path) -> None:
    for jar in jars:
        jar.path(repository).unlink(missing_ok=True)
    context = _maven(repository)

    def fetch(jar: Jar) -> None:
        context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        if not jar.is_in(repository):
            raise JarsUnavailableError(f"{jar.path(repository)} is not the file that {LOCK_FILE.name} names.")

    try:
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(fetch, jars))
    except (OSError, RuntimeError) as error:
        raise JarsUnavailableError(
            f"Kafka's jars could not be downloaded from Maven Central ({error}). Check the network and try "
            "again, or set LEALTAD_KAFKA_BOOTSTRAP to a Kafka that already runs."
        ) from error


def _maven(repository: Path) -> Any:
    # A late import: it takes two seconds, and a warm start does not need it.
    from jgo.maven import MavenContext  # noqa: PLC0415

    return MavenContext(repo_cache=repository, timeout=60)


@contextmanager
def _one_at_a_time(repository: Path) -> Iterator[None]:
    repository.mkdir(parents=True, exist_ok=True)
    with (repository / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lock() -> None:
    """Resolve Kafka's dependencies anew and rewrite the lock file (`python -m lealtad_local.jars`)."""
    from jgo.maven import Dependency  # noqa: PLC0415 # see _maven

    context = _maven(platformdirs.user_cache_path("lealtad") / "maven")

    def artifact(coordinates: str) -> Any:
        group, name, version = coordinates.split(":")
        return context.project(group, name).at_version(version).artifact()

    inputs, transitive = context.resolver.resolve([Dependency(artifact(KAFKA), scope="compile")])
    found = [dependency.artifact for dependency in [*inputs, *transitive]] + [artifact(LOG_BINDING)]
    lines = sorted(f"{jar.component.project}:{jar.version} {_sha256(jar.resolve())}" for jar in found)
    LOCK_FILE.write_text("\n".join(lines) + "\n")
    sys.stdout.write(f"{len(lines)} jars in {LOCK_FILE.name}\n")


if __name__ == "__main__":
    lock()
