"""Every service can fold its derived state again from the topics, on the running stack, and announces nothing."""

import asyncio
from collections.abc import Mapping

import asyncpg
import pytest

from lealtad.testing.tables import rows_of
from lealtad_local import commands
from lealtad_local.services import SERVICES, Service

from .world import World

pytestmark = [pytest.mark.stack, pytest.mark.slow]

DAMAGE = {
    "customer-profile": "UPDATE derived.announced SET data = '{}'",
    "segmentation": "UPDATE derived.activity_total SET purchases = purchases + 7, purchase_amount = 0",
    "churn-scoring": "DELETE FROM derived.history",
    "campaigns": "UPDATE derived.churn_score SET probability = 0.99",
    "complaints": "UPDATE derived.service_tier SET tier = 'wrong'",
}
WHILE_IT_RUNS = 40


async def rebuild(world: World, service: Service) -> None:
    status = await asyncio.to_thread(commands.run, world.stage.stack, service.name, "rebuild")
    assert status == 0
    await world.settled()


async def derived(world: World, service: Service) -> Mapping[str, list[str]]:
    return await rows_of(commands.database_of(world.stage.stack, service))


async def announced(world: World, service: Service) -> list[str]:
    """Return the counters of everything that the service ever sent."""
    return (await rows_of(commands.database_of(world.stage.stack, service), "platform"))["sequence_counter"]


async def damage(world: World, service: Service) -> None:
    connection = await asyncpg.connect(commands.database_of(world.stage.stack, service))
    try:
        assert await connection.execute(DAMAGE[service.name]) not in ("UPDATE 0", "DELETE 0")
    finally:
        await connection.close()


async def live_a_little(world: World) -> None:
    """Let a customer do everything that services fold, some of it late."""
    customer = await world.newcomer()
    await world.buy(customer, "40.00", days_ago=3)
    await world.buy(customer, "10.00", days_ago=30)
    line = {"sku": "lantern", "product_line": "lanterns", "quantity": "1", "unit_price": "5.00"}
    amount = {"amount": "5.00", "currency": "EUR"}
    await world.record(
        customer,
        {"type": "return", "lines": [line]},
        {"type": "payment", "amount": amount},
        {"type": "payment", "amount": amount, "status": "failed"},
        {"type": "touchpoint", "kind": "call", "phase": "post-sale", "sentiment": "negative"},
        {"type": "contract-start", "product_line": "lanterns", "monthly_amount": amount},
    )
    await world.settled()
    await world.respond(await world.decision(customer), "presented", "rejected")
    case = await world.complain(customer)
    await world.settled()
    await world.respond(await world.decision(customer), "presented", "accepted")
    await world.resolve(case)
    await world.settled()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_a_rebuild_restores_the_same_tables_and_announces_nothing(world: World, service: Service):
    await live_a_little(world)
    before, told = await derived(world, service), await announced(world, service)
    assert all(before.values()), f"a table without a row proves nothing: {before.keys()}"
    await rebuild(world, service)
    assert await derived(world, service) == before
    assert await announced(world, service) == told

    await damage(world, service)
    assert await derived(world, service) != before
    await rebuild(world, service)
    assert await derived(world, service) == before
    assert await announced(world, service) == told


async def test_purchases_go_on_while_every_service_is_rebuilt(world: World):
    customer = await world.newcomer()
    selling = asyncio.create_task(sell(world, customer))
    for service in SERVICES:
        status = await asyncio.to_thread(commands.run, world.stage.stack, service.name, "rebuild")
        assert status == 0
    await selling
    await world.settled()
    profile = await world.profile(customer)
    assert profile["totals"]["purchases"] == WHILE_IT_RUNS
    for service in SERVICES:
        before = await derived(world, service)
        await rebuild(world, service)
        assert await derived(world, service) == before


async def sell(world: World, customer: str) -> None:
    for _ in range(WHILE_IT_RUNS):
        await world.buy(customer)
        await asyncio.sleep(0.2)
