"""Every service can fold its derived state again from the topics, on the running stack, and announces nothing."""

import asyncio
import json
import subprocess
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


async def rebuild_all(world: World) -> None:
    """Rebuild the five services at the same time."""
    runs = (asyncio.to_thread(commands.run, world.stage.stack, service.name, "rebuild") for service in SERVICES)
    assert await asyncio.gather(*runs) == [0] * len(SERVICES)
    await world.settled()


def kill_half_way(world: World) -> None:
    """Kill a rebuild of segmentation when it has folded some records, one a transaction."""
    command = commands.program(world.stage.stack, "segmentation", "rebuild")
    environment = {**command.environment(), "LEALTAD_REBUILD_RECORDS": "1"}
    with subprocess.Popen(  # noqa: S603 - our own command
        command.argv, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert any("folding: " in line for line in process.stdout)
        process.kill()


async def derived(world: World) -> dict[str, Mapping[str, list[str]]]:
    """Return the derived tables of every service."""
    return {service.name: await rows_of(commands.database_of(world.stage.stack, service)) for service in SERVICES}


async def announced(world: World) -> dict[str, list[str]]:
    """Return the counters of everything that each service ever sent."""
    urls = {service.name: commands.database_of(world.stage.stack, service) for service in SERVICES}
    return {name: (await rows_of(url, "platform"))["sequence_counter"] for name, url in urls.items()}


async def damage(world: World, service: Service) -> None:
    connection = await asyncpg.connect(commands.database_of(world.stage.stack, service))
    try:
        assert await connection.execute(DAMAGE[service.name]) not in ("UPDATE 0", "DELETE 0")
    finally:
        await connection.close()


async def live_a_little(world: World) -> None:
    """Let a customer and a manager do everything that services fold, some of it late."""
    await world.manage()
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


async def test_a_killed_rebuild_harms_nothing(world: World):
    await live_a_little(world)
    before = await derived(world)
    await asyncio.to_thread(kill_half_way, world)
    assert await derived(world) == before


async def test_damaged_tables_are_restored_and_nothing_is_announced(world: World):
    await live_a_little(world)
    before, told = await derived(world), await announced(world)
    assert all(rows for tables in before.values() for rows in tables.values()), "a table without rows proves nothing"
    for service in SERVICES:
        await damage(world, service)
    await rebuild_all(world)
    assert await derived(world) == before
    assert await announced(world) == told


@pytest.mark.proof
async def test_purchases_go_on_while_every_service_is_rebuilt(world: World):
    customer = await world.newcomer()
    selling = asyncio.create_task(sell(world, customer))
    await rebuild_all(world)
    await selling
    await world.settled()
    before, told = await derived(world), await announced(world)
    profile = await world.profile(customer)
    assert profile["totals"]["purchases"] == WHILE_IT_RUNS
    assert purchases(before["segmentation"]["activity_total"], profile["id"]) == WHILE_IT_RUNS
    assert purchases(before["churn-scoring"]["history"], profile["id"]) == WHILE_IT_RUNS
    await rebuild_all(world)
    assert await derived(world) == before
    assert await announced(world) == told


async def sell(world: World, customer: str) -> None:
    for _ in range(WHILE_IT_RUNS):
        await world.buy(customer)
        await asyncio.sleep(0.2)


def purchases(rows: list[str], customer_id: str) -> int:
    """Return the number of purchases in the one row of a customer."""
    (row,) = (json.loads(row) for row in rows if customer_id in row)
    return int(row["purchases"])
