"""A change of the rulebook sweeps the base in short transactions that wait for no lock."""

import json
from collections.abc import Sequence
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from lealtad.db.columns import DERIVED
from lealtad.db.statements import compiled
from lealtad.due import DueAction, backlog
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, run_due, statements
from lealtad.unit_of_work import Database
from segmentation.customer_base.repository import sweeps
from segmentation.domain.sweeps import SweepReason
from segmentation.evaluation.evaluator import time_binds
from segmentation.evaluation.value_scores import ranks_differ
from segmentation.memberships.jobs import sweep as sweep_job
from segmentation.service import SERVICE
from segmentation.value.repository import boundaries as value

from .builders import NOW, purchase

CUSTOMERS = 99_999
# All customers bought, none has a score yet, and none is due.
LARGE_BASE = text("""
INSERT INTO standing (customer_id, last_purchase, frequency, monetary, evaluated_at)
SELECT gen_random_uuid(), CAST(:today AS date) - number % 300, 1 + number % 17, number % 9973, :now
FROM generate_series(1, :number) AS number
""")
DUE = text("SELECT count(*) FROM standing WHERE next_due_at <= :now")
MOST_STATEMENTS = 8


def action(name: str) -> DueAction:
    return next(action for action in SERVICE.stream.due_actions if action.name == name)


async def step(database: Database, name: str, limit: int | None = None) -> int:
    chosen = action(name)
    async with database.begin(now=NOW) as uow:
        return await chosen.run(uow, limit or chosen.batch)


async def number_due(database: Database) -> int:
    async with database.read() as uow:
        return int(await uow.connection.scalar(DUE, {"now": NOW}) or 0)


async def begin(database: Database, reason: SweepReason) -> None:
    async with database.begin(now=NOW) as uow:
        await sweeps.add_sweep(uow.connection, reason, NOW)


@pytest.fixture
async def customers(database: Database) -> Sequence[UUID]:
    known = sorted(new_id() for _ in range(6))
    await deliver(SERVICE, database, [purchase(customer) for customer in known], now=NOW)
    return known


async def test_new_boundaries_concern_a_large_base_in_steps_of_few_statements_and_rows(database: Database) -> None:
    async with database.begin(now=NOW) as uow:
        await uow.connection.execute(LARGE_BASE, {"today": NOW.date(), "now": NOW, "number": CUSTOMERS})
        await value.set_schedule(uow.connection, NOW)
    async with database.read() as uow:
        await uow.connection.execute(text("ANALYZE standing"))

    assert await step(database, "compute-boundaries") == 1
    assert await number_due(database) == 0
    costs, checked = [], 0
    while True:
        with statements(database) as seen:
            step_size = await step(database, "sweep")
        if not step_size:
            break
        costs.append(len(seen))
        checked += step_size

    assert (checked, len(costs)) == (CUSTOMERS, 1 + CUSTOMERS // sweep_job.BATCH)
    assert max(costs[1:]) <= MOST_STATEMENTS  # the first step loads the new rulebook
    assert await number_due(database) == CUSTOMERS


async def test_a_step_reads_the_base_by_its_key(database: Database) -> None:
    async with database.begin(now=NOW) as uow:
        await uow.connection.execute(LARGE_BASE, {"today": NOW.date(), "now": NOW, "number": 20_000})
        await value.set_schedule(uow.connection, NOW)
    async with database.read() as uow:
        await uow.connection.execute(text("ANALYZE standing"))
    await step(database, "compute-boundaries")

    async with database.read() as uow:
        boundaries = await value.find_boundaries(uow.connection)
        assert boundaries is not None
        query = sweeps.customers_query(UUID(int=2**127), 5000, ranks_differ(boundaries, [frozenset({4, 5})]))
        statement, (values,) = compiled(query, [time_binds(NOW)], DERIVED)
        plan = await uow.connection.run(f"EXPLAIN (FORMAT JSON) {statement.sql}", *statement.arguments(values))

    assert "pk_standing" in json.dumps(plan[0][0])
    assert "Seq Scan" not in json.dumps(plan[0][0])


async def test_a_sweep_goes_on_after_its_last_step(database: Database, customers: Sequence[UUID]) -> None:
    await begin(database, SweepReason.WINDOW)

    steps = [await step(database, "sweep", 4) for _ in range(3)]

    assert steps == [4, 2, 0]
    assert await number_due(database) == len(customers)


async def test_a_sweep_waits_for_no_locked_customer_and_skips_none(
    database: Database, customers: Sequence[UUID]
) -> None:
    await begin(database, SweepReason.WINDOW)
    lock = text("SELECT FROM standing WHERE customer_id = :id FOR UPDATE")

    async with database.begin(now=NOW) as other:
        await other.connection.execute(lock, {"id": customers[2]})
        before, blocked = await step(database, "sweep"), await step(database, "sweep")
        due_meanwhile = await number_due(database)
    after = await step(database, "sweep")

    assert (before, blocked, due_meanwhile, after) == (2, 0, 2, 4)
    assert await number_due(database) == len(customers)


async def test_a_preparation_waits_for_no_locked_customer_and_skips_none(
    database: Database, client: httpx.AsyncClient, customers: Sequence[UUID]
) -> None:
    rule = {"kind": "activity", "metric": "purchases", "operator": ">=", "value": 1}
    await client.post("/v1/segments", json={"key": "buyers", "name": "Buyers", "rule": rule})
    lock = text("SELECT FROM standing WHERE customer_id = :id FOR UPDATE")

    async with database.begin(now=NOW) as other:
        await other.connection.execute(lock, {"id": customers[2]})
        before, blocked = await step(database, "prepare-segment"), await step(database, "prepare-segment")
    await run_due(SERVICE, database)
    await run_due(SERVICE, database)

    assert (before, blocked) == (2, 0)
    assert (await client.get("/v1/segments/buyers")).json()["members"] == len(customers)


async def test_a_version_is_not_changed_while_the_last_one_is_announced(
    database: Database, client: httpx.AsyncClient, customers: Sequence[UUID]
) -> None:
    rule = {"kind": "activity", "metric": "purchases", "operator": ">=", "value": 1}
    await client.post("/v1/segments", json={"key": "buyers", "name": "Buyers", "rule": rule})
    while await step(database, "prepare-segment"):
        pass

    too_soon = await client.patch("/v1/segments/buyers", json={"name": "All"}, headers={"If-Match": '"1"'})
    while await step(database, "sweep", 2):
        pass
    changed = await client.patch("/v1/segments/buyers", json={"name": "All"}, headers={"If-Match": '"1"'})

    assert (too_soon.status_code, too_soon.json()["type"]) == (409, "urn:lealtad:problem:segment-in-preparation")
    assert (changed.status_code, await number_due(database)) == (200, len(customers))


async def test_boundaries_wait_for_a_sweep(database: Database, customers: Sequence[UUID]) -> None:
    await begin(database, SweepReason.WINDOW)
    async with database.begin(now=NOW) as uow:
        await value.set_schedule(uow.connection, NOW)

    assert await step(database, "compute-boundaries") == 0
    await run_due(SERVICE, database)
    async with database.read() as uow:
        assert set((await backlog.counted(uow.connection, SERVICE.stream.due_actions, NOW)).values()) == {0}
