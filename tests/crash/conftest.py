"""One running stack, one load and one report for all faults, in turn."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime

import pytest

from lealtad_local.home import Home
from lealtad_local.kafka import KafkaServer
from lealtad_local.stack import Stack, running_stack, wipe
from lealtad_local.state import Options

from .checks import Evidence, violations
from .ledger import Ledger
from .load import Load
from .recovery import Report, report_path
from .stage import Stage
from .tables import QUERIES, read_tables
from .topics import read_topics

Judge = Callable[[], Awaitable[Evidence]]
A_TUESDAY_MORNING = datetime(2011, 3, 1, 10, tzinfo=UTC)
"""Inside contact hours, so that offers are presented and answered."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home = Home(tmp_path_factory.mktemp("crash") / "home")
    try:
        with running_stack(home, Options(clock=A_TUESDAY_MORNING)) as stack:
            yield stack
    finally:
        wipe(home)


@pytest.fixture(scope="session")
async def stage(stack: Stack) -> AsyncIterator[Stage]:
    async with stack.client() as http:
        yield Stage(stack, http)


@pytest.fixture(scope="session")
async def load(stage: Stage) -> Load:
    load = Load(stage, Ledger())
    await load.enrol()
    await stage.settled()
    return load


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return Report(report_path(tmp_path_factory.getbasetemp() / "faults.json"))


@pytest.fixture(scope="session")
async def judge(stage: Stage, load: Load) -> Judge:
    """Wait until all has settled and hold it against what clients were answered."""

    async def judge() -> Evidence:
        await stage.settled()
        urls = {service: stage.environment(service)["LEALTAD_DATABASE_URL"] for service in QUERIES}
        topics = await read_topics(KafkaServer(stage.stack.home.kafka).bootstrap)
        evidence = Evidence(load.ledger, topics, await read_tables(urls))
        found = violations(evidence)
        assert not found, "\n".join(found)
        return evidence

    return judge
