"""One running stack, one load and one report for all faults, in turn."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lealtad_local.home import Home
from lealtad_local.kafka import KafkaServer
from lealtad_local.stack import running_stack, wipe
from lealtad_local.state import Options

from .checks import Evidence, violations
from .ledger import Ledger
from .load import Load
from .recovery import Report, report_path
from .selecting import Selection
from .stage import Stage
from .tables import read_tables
from .topics import read_topics

SELECTION = pytest.StashKey[Selection]()
Judge = Callable[[], Awaitable[Evidence]]
A_TUESDAY_MORNING = datetime(2011, 3, 1, 10, tzinfo=UTC)
"""Inside contact hours, so that offers are presented and answered."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption("--matrix", action="store_true", help="every fault of every process; BUDGET=20m: as many as fit")
    group.addoption("--random", type=int, default=0, metavar="N", help="N schedules of faults, drawn by chance")
    group.addoption("--seed", type=int, default=1, metavar="S", help="of the schedules")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SELECTION] = Selection.of(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "trial" in metafunc.fixturenames:
        first, *others = metafunc.config.stash[SELECTION].trials
        marked = [pytest.param(first, marks=pytest.mark.smoke)]
        marked += [pytest.param(trial, marks=pytest.mark.proof) for trial in others]
        metafunc.parametrize("trial", marked, ids=str)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("matrix", default=False) or config.getoption("random", default=0):
        for line in config.stash[SELECTION].summary():
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def selection(pytestconfig: pytest.Config) -> Selection:
    return pytestconfig.stash[SELECTION]


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """Run a whole stack with its data in `folder` for the time of the block."""
    home = Home(folder)
    try:
        with running_stack(home, Options(clock=A_TUESDAY_MORNING)) as stack:
            async with stack.client() as http:
                yield Stage(stack, http)
    finally:
        wipe(home)


@pytest.fixture(scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("crash") / "home") as stage:
        yield stage


@pytest.fixture(scope="session")
async def load(stage: Stage) -> Load:
    load = Load(stage, Ledger())
    await load.enrol()
    return load


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return Report(report_path(tmp_path_factory.getbasetemp() / "faults.json"))


@pytest.fixture(scope="session")
async def judge(stage: Stage, load: Load) -> Judge:
    """Wait until all has settled and hold it against what clients were answered."""

    async def judge() -> Evidence:
        await stage.settled()
        topics = await read_topics(KafkaServer(stage.stack.home.kafka).bootstrap, stage.stack.state.partitions)
        evidence = Evidence(load.ledger, topics, await read_tables(stage.database_urls()))
        found = violations(evidence)
        assert not found, "\n".join(found)
        return evidence

    return judge
