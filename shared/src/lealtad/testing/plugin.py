"""The pytest plugin; the root `conftest.py` activates it."""

from collections.abc import AsyncIterator, Awaitable, Callable

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
