"""What the benchmark of the loop measures, on the running stack of these stories."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from lealtad_bench.ours.chain import Ours
from lealtad_bench.ours.connections import connected
from lealtad_bench.ours.customers import register
from lealtad_bench.ours.facts import Facts
from lealtad_bench.ours.hops import medians_ms

from .world import World

pytestmark = [pytest.mark.stack, pytest.mark.slow]

WATCHED = 3


@pytest.fixture
async def ours(world: World) -> AsyncIterator[Ours]:
    facts = Facts(lambda: world.now)
    async with connected(world.stage.stack) as connections:
        customers = await register(connections.api, facts, WATCHED + 1)
        await world.settled()
        # What is decided from now on is younger than anything that the preparation caused.
        await world.stage.move_to(world.now + timedelta(seconds=1))
        yield Ours(connections, facts, customers)


async def test_a_watched_purchase_of_a_lapsing_customer_changes_score_and_segments_and_its_decision_is_read(ours: Ours):
    latencies = [await ours.buy(time.monotonic(), watched=True) for _ in range(WATCHED)]
    assert all(latency is not None and 0 < latency < 30 for latency in latencies)
    assert await ours.buy(time.monotonic(), watched=False) is None
    assert len(ours.samples) == WATCHED
    await ours.trace(ours.samples)
    assert all(sample.asked >= 1 for sample in ours.samples)
    assert len(medians_ms(ours.samples)) == 7


async def test_full_load_is_accepted_and_settles(ours: Ours):
    await ours.send(1)
    await ours.send(8)
    await ours.settle()
    assert await ours.backlog() == 0
    assert await ours.read(time.monotonic(), watched=True) > 0


async def test_every_process_of_the_stack_is_looked_at(ours: Ours):
    assert {"kafka", "postgres", "supervisor", "campaigns-api", "campaigns-worker-0"} < set(ours.processes)
