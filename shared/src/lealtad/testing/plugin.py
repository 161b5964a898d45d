"""The pytest plugin; the root `conftest.py` activates it."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import structlog

from lealtad.app import Service
from lealtad.clock import Clock, FixedClock
from lealtad.observability.failures import render_exception
from lealtad.observability.redaction import redact
from lealtad.testing.postgres import TestDatabases
from lealtad.testing.spreading import GroupScheduling, longest_first
from lealtad.unit_of_work import Database


def pytest_configure() -> None:
    """Log as in production: structlog's own picture of an exception takes seconds each."""
    structlog.configure(processors=[render_exception, redact, structlog.processors.JSONRenderer(default=str)])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the tests where several workers share them."""
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items, config.rootpath)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> GroupScheduling:
    """Say which tests stay together where several workers share them."""
    return GroupScheduling(config, log)


DatabaseFactory = Callable[..., Awaitable[Database]]
START = "2011-03-01T09:00:00Z"
MEMORY_WANTED = 4 << 30
"""Bytes free in memory before a run's servers keep their data there."""


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """Give a folder for the servers of this run, away from every other run's."""
    folder = Path(tempfile.mkdtemp(prefix="lealtad-test-", dir=_quick_folder()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _quick_folder() -> Path | None:
    """Return a folder in memory, where there is enough: each test makes and deletes a thousand files of a database."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder in it has a name drawn by chance
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_WANTED else None


@pytest.fixture(scope="session")
def postgres_url(servers_folder: Path) -> Iterator[str]:
    """Give the superuser's URL of the run's PostgreSQL, or of the one in LEALTAD_POSTGRES_URL."""
    if configured := os.environ.get("LEALTAD_POSTGRES_URL"):
        yield configured
        return
    from lealtad_local.postgres import local_postgres  # noqa: PLC0415 - only where it is needed

    with local_postgres(servers_folder / "postgres", durable=False) as server:
        yield server.url
        server.discard()


@pytest.fixture(scope="session")
def kafka_address(servers_folder: Path) -> Iterator[str]:
    """Give the address of the run's Kafka, or of the one in LEALTAD_KAFKA_BOOTSTRAP."""
    from lealtad_local.kafka import kafka_bootstrap  # noqa: PLC0415 - only where it is needed

    with kafka_bootstrap(servers_folder / "kafka") as address:
        yield address


@pytest.fixture(scope="session")
def migrated_templates(postgres_url: str) -> TestDatabases:
    """Give the run's maker of databases, which migrates each service's once."""
    return TestDatabases(postgres_url)


@pytest.fixture
async def databases(migrated_templates: TestDatabases) -> AsyncIterator[TestDatabases]:
    """Give a maker of databases, which are dropped after the test."""
    yield migrated_templates
    await migrated_templates.drop_all()


@pytest.fixture
def clock() -> FixedClock:
    """Give a business clock that stands still until moved."""
    return FixedClock(START)


@pytest.fixture
async def database_for(databases: TestDatabases, clock: FixedClock) -> DatabaseFactory:
    """Give a maker of fresh databases (await it with a service), which are dropped after the test."""

    async def make(service: Service, business_clock: Clock | None = None) -> Database:
        return await databases.create(service, business_clock or clock)

    return make
