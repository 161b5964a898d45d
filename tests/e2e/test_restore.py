"""The database of customer-profile is restored from an older back-up while the world went on; nothing is lost."""

import asyncio
import json
from collections.abc import Callable
from urllib.parse import urlsplit

import asyncpg
import pytest

from lealtad.testing.tables import rows_of
from lealtad_demo.client import PROFILE
from lealtad_local import commands, process_stop, status

from .world import Json, World

pytestmark = [pytest.mark.stack, pytest.mark.slow]

SERVICE = commands.named("customer-profile")
PROCESSES = (SERVICE.api(), SERVICE.worker(0))
DATABASE, BACKUP = "customer_profile", "customer_profile_backup"


class Operator:
    """Backs the database up and restores it, with nobody connected."""

    def __init__(self, world: World) -> None:
        self.world, self.stack = world, world.stage.stack

    async def back_up(self) -> None:
        await self._while_stopped(f"CREATE DATABASE {BACKUP} TEMPLATE {DATABASE} OWNER {DATABASE}")

    async def restore(self) -> None:
        await self._while_stopped(f"DROP DATABASE {DATABASE}", f"ALTER DATABASE {BACKUP} RENAME TO {DATABASE}")

    async def adopt(self) -> None:
        assert await asyncio.to_thread(commands.run, self.stack, SERVICE.name, "adopt-restore") == 0
        await self._until(lambda reason: reason is None)

    async def why_held(self) -> str:
        """Return why the service is held, as soon as it is: its worker finds out when it has its partitions."""
        return await self._until(lambda reason: reason is not None) or ""

    async def held(self) -> str | None:
        """Return what `lealtad status` says about why the service is held."""
        found = await status.report(self.stack, self.world.stage.operations)
        consumer = found["consumers"][SERVICE.name]
        assert consumer is not None
        return None if consumer["held"] is None else str(consumer["held"])

    async def _until(self, holds: Callable[[str | None], bool]) -> str | None:
        async with asyncio.timeout(30):
            while not holds(reason := await self.held()):  # noqa: ASYNC110 - what is waited for is in another process
                await asyncio.sleep(0.2)
        return reason

    async def _while_stopped(self, *statements: str) -> None:
        for process in PROCESSES:
            await asyncio.to_thread(process_stop.stop, self.stack, process)
        server = commands.admin_url(self.stack)
        connection = await asyncpg.connect(urlsplit(server)._replace(path="/postgres").geturl())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()
        for process in PROCESSES:
            await asyncio.to_thread(process_stop.start, self.stack, process)


async def purchases_elsewhere(world: World, customer_id: str) -> dict[str, int]:
    """Return how many purchases the readers of the topics have counted."""
    tables = {"segmentation": "activity_total", "churn-scoring": "history"}
    found = {}
    for name, table in tables.items():
        rows = (await rows_of(commands.database_of(world.stage.stack, commands.named(name))))[table]
        (row,) = (json.loads(row) for row in rows if customer_id in row)
        found[name] = int(row["purchases"])
    return found


@pytest.mark.proof
async def test_what_came_in_after_the_back_up_is_there_once_everywhere(world: World):
    operator, customer = Operator(world), await world.newcomer()
    await world.buy(customer, "10.00")
    await world.settled()
    await operator.back_up()
    lost = world.invoice(customer, "40.00")
    answered = await world.stage.apis.post(PROFILE, "/v1/purchases", lost)
    newcomer = await world.newcomer()
    await world.buy(newcomer, "25.00")
    await world.settled()

    await operator.restore()
    assert "restored from an older back-up" in await operator.why_held()
    await operator.adopt()

    again: Json = await world.stage.apis.post(PROFILE, "/v1/purchases", lost)
    await world.buy(customer, "5.00")
    await world.settled()
    profile, other = await world.profile(customer), await world.profile(newcomer)
    assert again["id"] == answered["id"]
    assert (profile["totals"]["purchases"], other["totals"]["purchases"]) == (3, 1)
    assert await purchases_elsewhere(world, profile["id"]) == {"segmentation": 3, "churn-scoring": 3}
    assert await purchases_elsewhere(world, other["id"]) == {"segmentation": 1, "churn-scoring": 1}
    assert float(other["score"]["probability"]) == float((await world.score(newcomer))["probability"])
