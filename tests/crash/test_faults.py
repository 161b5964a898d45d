"""Whatever fails and however: what was answered 2xx is everywhere exactly once, in order, and nothing is left."""

import asyncio
import time

import pytest

from .conftest import Judge
from .faults import Fault, Kind, inject
from .load import Load
from .recovery import Recovery, Report, measure
from .selecting import Selection
from .stage import Stage
from .trials import Trial

pytestmark = [pytest.mark.slow, pytest.mark.stack]

BEFORE_S, AFTER_S = 3.0, 3.0
"""The load runs so long before and after the faults."""
AT_ONCE = 50


async def test_faults_under_load_lose_double_and_reorder_nothing(
    *, stage: Stage, load: Load, report: Report, selection: Selection, trial: Trial, judge: Judge
) -> None:
    if not selection.budget.allows(trial.lasts_s):
        pytest.skip("does not fit into BUDGET")
    began = time.monotonic()
    await load.turn_the_page()
    restarts, told = stage.restarts(), len(stage.supervised())
    async with load.running():
        await asyncio.sleep(BEFORE_S)
        report.add(await _under_faults(stage, load, trial))
        await asyncio.sleep(AFTER_S)
    await judge()
    others = {name: number for name, number in stage.restarts().items() if name not in trial.processes}
    assert others.items() <= restarts.items(), f"a fault of one process ended others:\n{stage.supervised()[told:]}"
    selection.ran.append(trial)
    selection.budget.spent(time.monotonic() - began, trial.lasts_s)


async def _under_faults(stage: Stage, load: Load, trial: Trial) -> Recovery:
    """Let all faults happen; return when they are over, with how long the first one was felt."""
    async with asyncio.TaskGroup() as tasks:
        for fault in trial.faults:
            tasks.create_task(inject(stage, fault))
        return await measure(load, str(trial), time.monotonic())


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
    view = await load.profile_of(customer, "totals")
    assert view["totals"]["purchases"] == AT_ONCE
    decision = (await load.sender.get("campaigns", f"/v1/customers/{customer}/next-best-action")).json()
    for topic, seen in (("scores", "score"), ("segments", "segments")):
        assert decision["inputs"][seen]["sequence"] == evidence.topics.newest(topic)[view["id"]]
