"""The cost of a batch grows neither with its size nor with the history of its customers."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from lealtad.db import Connection
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, statements
from lealtad.unit_of_work import Database
from segmentation.definitions.queries.rulebook import read_evaluator
from segmentation.service import SERVICE

from .builders import NOW, case, purchase, registered, score

HISTORY = text("""
INSERT INTO activity_day (customer_id, day, purchases, purchase_amount)
SELECT CAST(:customer AS uuid), CAST(:today AS date) - number, 1, 10 FROM generate_series(1, :days) AS number
""")
Plan = dict[str, Any]
STATEMENTS = 7
"""Statements to project purchases, scores and cases (one each) and to react, without the platform's own."""
STATEMENTS_FOR_NEW_CUSTOMERS = 9
"""New customers are inserted before they can be locked."""


async def own_statements(database: Database, customers: list[UUID]) -> int:
    facts = [purchase(customer, mugs=2000) for customer in customers]
    scores = [score(customer, "0.9", "critical", sequence=3) for customer in customers]
    with statements(database) as seen:
        await deliver(SERVICE, database, [*facts, *scores, *(case(customer) for customer in customers)], now=NOW)
    platform = ("platform.", "journal", "outbox", "sequence_counter", "pending_reaction")
    return len([statement for statement in seen if not any(name in statement for name in platform)])


async def test_a_batch_takes_the_same_few_statements_whatever_its_size(database: Database) -> None:
    await own_statements(database, [new_id()])
    customers = [new_id() for _ in range(100)]

    assert await own_statements(database, customers[:1]) == STATEMENTS_FOR_NEW_CUSTOMERS
    assert await own_statements(database, customers) == STATEMENTS_FOR_NEW_CUSTOMERS
    assert await own_statements(database, customers[:1]) == STATEMENTS
    assert await own_statements(database, customers) == STATEMENTS


@pytest.mark.parametrize("days", [10, 10_000])
async def test_an_evaluation_reads_the_window_and_not_the_history(database: Database, days: int) -> None:
    customer = new_id()
    await deliver(SERVICE, database, [registered(customer)], now=NOW)
    async with database.begin() as uow:
        await uow.connection.execute(HISTORY, {"customer": customer, "today": NOW.date(), "days": days})
        others = {"today": NOW.date(), "days": 200}
        for _ in range(50):
            await uow.connection.execute(HISTORY, {"customer": new_id(), **others})
    async with database.engine.connect() as connection:
        await connection.execute(text("ANALYZE"))

    async with database.read() as uow:
        scans = await _scans(uow.connection, customer)

    [by_day] = [scan for scan in scans if scan["Relation Name"] == "activity_day"]
    assert "pk_activity_day" in json.dumps(by_day)
    assert by_day["Actual Rows"] <= 365
    sequential = {scan["Relation Name"] for scan in scans if scan["Node Type"] == "Seq Scan"}
    assert not sequential & {"activity_day", "activity_line_day"}


async def _scans(connection: Connection, customer: UUID) -> list[Plan]:
    evaluator = await read_evaluator(connection)
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {evaluator.sql}"
    [(plans,)] = await connection.run(explain, *evaluator.values([customer], NOW))
    return list(_tables(plans[0]["Plan"]))


def _tables(plan: Plan) -> Iterator[Plan]:
    if "Relation Name" in plan or "Bitmap" in plan["Node Type"]:
        yield {"Relation Name": None, **plan}
        return
    for child in plan.get("Plans", []):
        yield from _tables(child)
