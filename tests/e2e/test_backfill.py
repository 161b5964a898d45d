"""History is loaded on the running stack: live customers do not wait for it, and nobody is contacted because of it."""

import asyncio
import signal
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from lealtad_demo.client import PROFILE
from lealtad_local import commands
from lealtad_local.stack import Stack

from .world import SYSTEM, Json, World

pytestmark = [pytest.mark.stack, pytest.mark.slow]

PATIENCE_S = 60
EVALUATED = """
    SELECT convert_from(key, 'UTF8') AS customer, headers->>'ce_lane' AS lane, count(*) AS times
    FROM platform.emitted_event WHERE topic = 'scores' AND convert_from(key, 'UTF8') = ANY($1)
    GROUP BY key, 2
"""
DECIDED = "SELECT DISTINCT lane FROM owned.decision WHERE customer_id = ANY($1::uuid[])"
CONTACTED = "SELECT count(*) FROM owned.contact WHERE customer_id = ANY($1::uuid[])"
PURCHASES = "SELECT purchases FROM derived.history WHERE customer_id = ANY($1::uuid[])"
SEGMENTED = "SELECT purchases FROM derived.activity_total WHERE customer_id = ANY($1::uuid[])"


class History:
    """Invoices of the last three years, of customers nobody has heard of."""

    def __init__(self, world: World, customers: int, invoices_of_each: int) -> None:
        self.world, self.invoices_of_each = world, invoices_of_each
        names = [f"{SYSTEM}:{uuid4().hex[:12]}" for _ in range(customers)]
        self.facts = [
            {"type": "purchase", **world.invoice(name, "20.00"), "occurred_at": self._day(number)}
            for number in range(invoices_of_each)
            for name in names
        ]
        self.customers: list[str] = []

    def _day(self, number: int) -> str:
        return (self.world.now - timedelta(days=5 + number * 1000 // self.invoices_of_each)).isoformat()

    async def load(self, facts: Sequence[Json]) -> None:
        """Send facts as a backfill, and come to know whose they are."""
        body = {"mode": "backfill", "facts": list(facts)}
        answer = await self.world.stage.apis.post(PROFILE, "/v1/batches", body)
        assert answer["recorded"] == len(facts)
        self.customers = sorted({*self.customers, *(item["customer_id"] for item in answer["items"])})

    async def ask(self, service: str, query: str) -> list[asyncpg.Record]:
        """Ask the database of a service about these customers."""
        connection = await asyncpg.connect(commands.database_of(self.world.stage.stack, commands.named(service)))
        try:
            return list(await connection.fetch(query, self.customers))
        finally:
            await connection.close()

    async def is_evaluated_once_and_for_nobodys_attention(self) -> None:
        """Assert the end of every backfill."""
        scores = await self.ask("churn-scoring", EVALUATED)
        assert {(row["lane"], row["times"]) for row in scores} == {("backfill", 1)}
        assert {row["customer"] for row in scores} == set(self.customers)
        for service, query in (("churn-scoring", PURCHASES), ("segmentation", SEGMENTED)):
            assert {row["purchases"] for row in await self.ask(service, query)} == {self.invoices_of_each}
        assert [row["lane"] for row in await self.ask("campaigns", DECIDED)] == ["backfill"]
        assert [row["count"] for row in await self.ask("campaigns", CONTACTED)] == [0]


async def decided_because_of(world: World, customer: str, purchase: str) -> None:
    """Wait until the standing decision names the purchase among its causes."""
    async with asyncio.timeout(PATIENCE_S):
        while purchase not in (await world.decision(customer))["causes"]["ids"]:  # noqa: ASYNC110 - of other processes
            await asyncio.sleep(0.05)


async def test_history_is_evaluated_once_while_a_live_purchase_passes_it(world: World):
    regular = await world.newcomer()
    await world.buy(regular, "15.00", days_ago=30)
    await world.settled()
    history = History(world, customers=100, invoices_of_each=30)

    for start in range(0, 3000, 1000):
        await history.load(history.facts[start : start + 1000])
    purchase = await world.buy(regular, "80.00")
    await decided_because_of(world, regular, purchase)
    live = await world.decision(regular)
    assert await history.ask("churn-scoring", EVALUATED) == []
    await world.settled()

    assert live["lane"] == "live"
    await history.is_evaluated_once_and_for_nobodys_attention()
    assert (await world.decision(history.customers[0]))["lane"] == "backfill"


@pytest.mark.proof
async def test_workers_killed_in_the_middle_of_it_change_nothing(world: World):
    history = History(world, customers=50, invoices_of_each=40)

    await history.load(history.facts[:1000])
    for service in ("customer-profile", "churn-scoring", "segmentation", "campaigns"):
        kill(world.stage.stack, commands.named(service).worker(0))
    await history.load(history.facts[1000:])
    await world.settled()

    await history.is_evaluated_once_and_for_nobodys_attention()


def kill(stack: Stack, process: str) -> None:
    identity = Stack.running(stack.home).state.processes[process].identity
    running = identity.process() if identity else None
    assert running, f"{process} does not run"
    running.send_signal(signal.SIGKILL)
