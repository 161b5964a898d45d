"""The pytest plugin; the root `conftest.py` activates it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

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
    """Log as in production: structlog's own rendering of an exception takes seconds."""
    structlog.configure(processors=[render_exception, redact, structlog.processors.JSONRenderer(default=str)])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the tests where several workers share them: the longest first."""
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items, config.rootpath)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> GroupScheduling:
    """Return the scheduling that keeps tests of one stack in one worker."""
    return GroupScheduling(config, log)


@pytest.fixture(autouse=True)
def _logging_stays() -> Iterator[None]:
    """Take back what a test changes in logging: a command that runs in the test configures its own."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


DatabaseFactory = Callable[..., Awaitable[Database]]
START = "2011-03-01T09:00:00Z"


@pytest.fixture(scope="session")
def migrated_templates(postgres_url: str) -> TestDatabases:
    """Return the test databases of the run; each service is migrated once, as a template."""
    return TestDatabases(postgres_url)


@pytest.fixture
async def databases(migrated_templates: TestDatabases) -> AsyncIterator[TestDatabases]:
    """Yield the test databases, and drop after the test all that it made."""
    yield migrated_templates
    await migrated_templates.drop_all()


@pytest.fixture
def clock() -> FixedClock:
    """Return a business clock that stands still until a test moves it."""
    return FixedClock(START)


@pytest.fixture
async def database_for(databases: TestDatabases, clock: FixedClock) -> DatabaseFactory:
    """Return a function that makes a database of a service, for one test."""

    async def make(service: Service, business_clock: Clock | None = None) -> Database:
        return await databases.create(service, business_clock or clock)

    return make
