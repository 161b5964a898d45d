"""Whatever fails and however: what was answered 2xx is everywhere exactly once, in order, and nothing is left."""

import asyncio
import time
from datetime import timedelta

import pytest

from .conftest import Judge
from .faults import Fault, Kind, inject
from .load import Load
from .recovery import Report, measure
from .stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.stack]

ONE_OF_EACH_KIND = [
    Fault("customer-profile-api", Kind.KILLED),
    Fault("customer-profile-worker-0", Kind.KILLED),
    Fault("campaigns-worker-0", Kind.KILLED),
    Fault("kafka", Kind.KILLED),
    Fault("postgres", Kind.KILLED),
    Fault("churn-scoring-worker-0", Kind.FROZEN),
    Fault("segmentation-worker-0", Kind.SUPERSEDED),
    Fault("complaints-worker-0", Kind.RESTARTED),
    Fault("campaigns-worker-1", Kind.JOINED),
]
BEFORE_S, AFTER_S = 3.0, 3.0
"""The load runs so long before and after a fault."""
AT_ONCE = 50


@pytest.mark.parametrize("fault", ONE_OF_EACH_KIND, ids=str)
async def test_a_fault_under_load_loses_doubles_and_reorders_nothing(
    stage: Stage, load: Load, report: Report, fault: Fault, judge: Judge
) -> None:
    await stage.step(timedelta(hours=3))
    restarts, told = stage.restarts(), len(stage.supervised())
    async with load.running():
        await asyncio.sleep(BEFORE_S)
        began = time.monotonic()
        injected = asyncio.create_task(inject(stage, fault))
        report.add(await measure(load, fault, began))
        await injected
        await asyncio.sleep(AFTER_S)
    await judge()
    others = {name: number for name, number in stage.restarts().items() if name != fault.process}
    assert others.items() <= restarts.items(), f"a fault of one process ended others:\n{stage.supervised()[told:]}"


async def test_fifty_purchases_at_once_count_as_fifty_although_workers_die(
    stage: Stage, load: Load, judge: Judge
) -> None:
    customer = "load:fifty"
    names = [f"fifty-{number}" for number in range(AT_ONCE)]
    async with asyncio.TaskGroup() as tasks:
        for name in names:
            tasks.create_task(load.buy(name, customer))
        for worker in ("customer-profile-worker-0", "churn-scoring-worker-0"):
            tasks.create_task(inject(stage, Fault(worker, Kind.KILLED)))
    evidence = await judge()
    view = (await load.sender.get("customer-profile", f"/v1/customers/{customer}?include=totals")).json()
    assert view["totals"]["purchases"] == AT_ONCE
    decision = (await load.sender.get("campaigns", f"/v1/customers/{customer}/next-best-action")).json()
    for topic, seen in (("scores", "score"), ("segments", "segments")):
        assert decision["inputs"][seen]["sequence"] == evidence.topics.newest(topic)[view["id"]]
