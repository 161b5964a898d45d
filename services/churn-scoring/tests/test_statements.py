"""The number of statements per batch, and the use of indexes."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from churn_scoring.scoring import repository
from churn_scoring.service import SERVICE
from lealtad.db.columns import DERIVED, OWNED
from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, run_due, statements
from lealtad.unit_of_work import Database

from .builders import a_case, a_customer, a_purchase, at

TABLES = "|".join(table.name for table in SERVICE.database.metadata.tables.values() if table.schema in (DERIVED, OWNED))
OWN = re.compile(rf"\b(FROM|INTO|UPDATE|JOIN) ({TABLES})\b")


async def count(database: Database, events: Sequence[Event[Any]]) -> int:
    """Return the number of statements of a batch, except those on platform tables."""
    with statements(database) as seen:
        await deliver(SERVICE, database, events)
    return sum(OWN.search(statement) is not None for statement in seen)


@pytest.mark.parametrize(("late", "wanted"), [(False, 5), (True, 6)])
async def test_the_statements_of_a_batch_do_not_grow_with_its_size(database: Database, late: bool, wanted: int) -> None:
    few, many = [new_id() for _ in range(2)], [new_id() for _ in range(250)]
    await deliver(SERVICE, database, [a_purchase(customer, -20) for customer in [*few, *many]])
    day = -30 if late else -10

    small = await count(database, [a_purchase(customer, day) for customer in few])
    large = await count(database, [a_purchase(customer, day - twice) for customer in many for twice in (0, 0.1)])

    assert small == large == wanted


async def test_new_customers_take_two_statements_more(database: Database) -> None:
    known, new = new_id(), [new_id() for _ in range(50)]
    await deliver(SERVICE, database, [a_purchase(known, -20)])

    assert await count(database, [a_purchase(customer, -10) for customer in [known, *new]]) == 7


async def test_the_statements_of_other_topics_do_not_grow_either(database: Database) -> None:
    customers = [new_id() for _ in range(200)]
    await deliver(SERVICE, database, [a_purchase(customer, -20) for customer in customers])

    cases = [a_case(customer, 0, case=new_id()) for customer in customers]
    assert await count(database, cases[:2]) == await count(database, cases[2:]) == 6
    states = [a_customer(customer, external_id=str(customer)) for customer in customers]
    assert await count(database, states[:2]) == await count(database, states[2:])


async def test_rescoring_takes_a_batch_with_a_few_statements(database: Database) -> None:
    await deliver(SERVICE, database, [a_purchase(new_id(), -20) for _ in range(400)])

    with statements(database) as seen:
        scored = await run_due(SERVICE, database, now=at(40))

    assert len(scored) == 400
    assert len(seen) <= 30


DUE = "SELECT customer_id FROM score WHERE next_due_at <= '2011-03-02' ORDER BY next_due_at LIMIT 9"
OUTDATED = "SELECT customer_id FROM score WHERE release < 1 ORDER BY release LIMIT 9"
BY_RISK = repository.BY_RISK.statement(in_band=False, after=False).replace(":limit", "9")
BY_VALUE_IN_BAND = repository.BY_VALUE.statement(in_band=True, after=False)
BY_VALUE_IN_BAND = BY_VALUE_IN_BAND.replace(":limit", "9").replace(":band", "'high'")


@pytest.mark.parametrize(
    ("query", "index"),
    [(DUE, "next_due_at"), (OUTDATED, "release"), (BY_RISK, "risk"), (BY_VALUE_IN_BAND, "band_value")],
)
async def test_due_work_and_rankings_are_read_by_index(database: Database, query: str, index: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(
            text("""
            INSERT INTO score (customer_id, probability, band, announced_at_risk, next_due_at, release)
            SELECT gen_random_uuid(), (number % 49 + 1) * 0.02, CASE WHEN number % 100 = 0 THEN 'high' ELSE 'low' END,
                   number, timestamptz '2011-03-01' + number * interval '1 hour', 1
            FROM generate_series(1, 20000) AS number
            """)
        )
        await connection.execute(text("ANALYZE score"))
        plan = "\n".join((await connection.execute(text(f"EXPLAIN {query}"))).scalars())

    assert f"ix_score_{index}" in plan
    assert "Sort" not in plan


BASE = (
    "INSERT INTO history (customer_id) SELECT gen_random_uuid() FROM generate_series(1, 20000)",
    "INSERT INTO customer (customer_id, sequence, status) SELECT customer_id, 1, 'active' FROM history",
    """
    INSERT INTO contract_fact (fact_id, contract_id, version, customer_id, occurred_at, known_at, starts_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 1, customer_id, now(), now(), now() FROM history LIMIT 5000
    """,
    """
    INSERT INTO service_case (case_id, version, customer_id, complains, open, opened_at)
    SELECT gen_random_uuid(), 1, customer_id, true, true, now() FROM history LIMIT 5000
    """,
)


@pytest.mark.parametrize("customers", [1, 100])
async def test_the_inputs_of_a_score_are_read_by_index(database: Database, customers: int) -> None:
    async with database.engine.begin() as connection:
        for statement in BASE:
            await connection.execute(text(statement))
        await connection.execute(text("ANALYZE history, customer, contract_fact, service_case"))
        ids = (await connection.execute(text(f"SELECT customer_id FROM history LIMIT {customers}"))).scalars()
        query = str(repository.SNAPSHOTS).replace(":ids", f"'{{{','.join(map(str, ids))}}}'")
        plan = "\n".join((await connection.execute(text(f"EXPLAIN {query}"))).scalars())

    assert "Seq Scan on history" not in plan
    for index in ("pk_customer", "ix_contract_fact_customer_id", "ix_service_case_customer_id"):
        assert index in plan
