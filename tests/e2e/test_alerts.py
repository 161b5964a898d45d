"""Alert rules on the metrics of a running stack: silent while it is healthy, and each fires for what it names."""

import asyncio

import pytest

from ..operations.courses import CASES, STUCK, healthy, series_of, stuck
from ..operations.rules import firing
from ..operations.samples import Scrape
from ..operations.test_alerts import RULES
from .world import World

pytestmark = [pytest.mark.stack, pytest.mark.slow]

DUE = "lealtad_due_backlog"
Scrapes = tuple[Scrape, Scrape]


async def scrape(world: World) -> Scrape:
    stack = world.stage.stack
    processes = [f"{service}-{role}" for service in stack.urls() for role in ("api", "worker-0")]
    async with stack.client() as client:
        answers = await asyncio.gather(*(client.get(f"{stack.address(process)}/metrics") for process in processes))
    found = [
        series_of(answer.text, process.removesuffix("-api").removesuffix("-worker-0"), process)
        for process, answer in zip(processes, answers, strict=True)
    ]
    return {key: value for series in found for key, value in series.items()}


@pytest.fixture(scope="session")
async def scrapes(world: World) -> Scrapes:
    """Return what all processes show before and after a customer came and bought."""
    await world.settled()
    before = await scrape(world)
    await world.buy(await world.newcomer())
    await world.settled()
    return before, await without_due_rows(world)


async def without_due_rows(world: World) -> Scrape:
    """Scrape when the number of due rows, which is counted every fifteen seconds, is of a settled stack."""
    async with asyncio.timeout(30):
        while has_due_rows(found := await scrape(world)):  # noqa: ASYNC110 - another process gives no event
            await asyncio.sleep(0.2)
    return found


def has_due_rows(scraped: Scrape) -> bool:
    return any(value for (name, _), value in scraped.items() if name == DUE)


def test_a_healthy_stack_at_work_fires_no_alert_within_an_hour(scrapes: Scrapes):
    assert firing(RULES, healthy(*scrapes, hours=1)) == {}


def test_an_idle_stack_whose_housekeeping_sleeps_an_hour_fires_no_alert(scrapes: Scrapes):
    _, after = scrapes
    ages = [
        value
        for (name, _), value in [*healthy(after, after, hours=1.2)][59][1].items()
        if name.endswith("turn_age_seconds")
    ]

    assert max(ages) == 59 * 60
    assert firing(RULES, healthy(after, after, hours=1.2)) == {}


@pytest.mark.parametrize("alert", [rule["alert"] for rule in RULES])
def test_an_alert_fires_for_what_it_names_and_no_other_alert_does(alert: str, scrapes: Scrapes):
    fired = firing(RULES, stuck(CASES[alert], *scrapes))

    assert {name: {dict(labels)["service"] for labels in found} for name, found in fired.items()} == {alert: {STUCK}}
