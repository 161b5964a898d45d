"""Pytest fixtures: the PostgreSQL and the Kafka of a test run."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lealtad_local.kafka import kafka_bootstrap
from lealtad_local.postgres import local_postgres

MEMORY_WANTED = 4 << 30
"""Free bytes in memory that the servers of a run need to keep their data there."""


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """Yield a folder for the servers of this run only."""
    folder = Path(tempfile.mkdtemp(prefix="lealtad-test-", dir=_memory_folder()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _memory_folder() -> Path | None:
    """Return a folder in memory, where memory is free: each test makes and deletes a thousand files of a database."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder in it has a name drawn by chance
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_WANTED else None


@pytest.fixture(scope="session")
def postgres_url(servers_folder: Path) -> Iterator[str]:
    """Yield the superuser's URL of the run's PostgreSQL, or of the one in LEALTAD_POSTGRES_URL."""
    if configured := os.environ.get("LEALTAD_POSTGRES_URL"):
        yield configured
        return
    with local_postgres(servers_folder / "postgres", durable=False) as server:
        yield server.url
        server.discard()


@pytest.fixture(scope="session")
def kafka_address(servers_folder: Path) -> Iterator[str]:
    """Yield the address of the run's Kafka, or of the one in LEALTAD_KAFKA_BOOTSTRAP."""
    with kafka_bootstrap(servers_folder / "kafka") as address:
        yield address
