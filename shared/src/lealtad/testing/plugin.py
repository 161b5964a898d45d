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
from lealtad.unit_of_work import Database


def pytest_configure() -> None:
    """Log as in production: structlog's own picture of an exception takes seconds each."""
    structlog.configure(processors=[render_exception, redact, structlog.processors.JSONRenderer(default=str)])


DatabaseFactory = Callable[..., Awaitable[Database]]
START = "2011-03-01T09:00:00Z"


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """Give a folder for the servers of this run, away from every other run's."""
    folder = Path(tempfile.mkdtemp(prefix="lealtad-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


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
async def databases(postgres_url: str) -> TestDatabases:
    """Give the maker of databases of this run."""
    return TestDatabases(postgres_url)


@pytest.fixture
def clock() -> FixedClock:
    """Give a business clock that stands still until moved."""
    return FixedClock(START)


@pytest.fixture
async def database_for(databases: TestDatabases, clock: FixedClock) -> AsyncIterator[DatabaseFactory]:
    """Give a maker of fresh databases (await it with a service), which are dropped after the test."""

    async def make(service: Service, business_clock: Clock | None = None) -> Database:
        return await databases.create(service, business_clock or clock)

    yield make
    await databases.drop_all()
