"""What a batch costs the database."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from churn_scoring.scoring import repository
from churn_scoring.service import SERVICE
from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, statements, take_due
from lealtad.unit_of_work import Database

from .builders import a_case, a_customer, a_purchase, at

MOST = 16
"""Statements of a batch, with the platform's own: duplicates, outbox (2), journal, transaction control."""


async def count(database: Database, events: Sequence[Event[Any]]) -> int:
    with statements(database) as seen:
        await deliver(SERVICE, database, events)
    # `deliver` itself reads the outbox twice.
    return len(seen) - 2


@pytest.mark.parametrize("late", [False, True])
async def test_the_statements_of_a_batch_do_not_grow_with_its_size(database: Database, late: bool) -> None:
    few, many = [new_id() for _ in range(2)], [new_id() for _ in range(250)]
    await deliver(SERVICE, database, [a_purchase(customer, -20) for customer in [*few, *many]])
    day = -30 if late else -10

    small = await count(database, [a_purchase(customer, day) for customer in few])
    large = await count(database, [a_purchase(customer, day - twice) for customer in many for twice in (0, 0.1)])

    assert small == large <= MOST


async def test_the_statements_of_other_topics_do_not_grow_either(database: Database) -> None:
    customers = [new_id() for _ in range(200)]
    await deliver(SERVICE, database, [a_purchase(customer, -20) for customer in customers])

    cases = [a_case(customer, 0, case=new_id()) for customer in customers]
    assert await count(database, cases[:2]) == await count(database, cases[2:])
    states = [a_customer(customer, external_id=str(customer)) for customer in customers]
    assert await count(database, states[:2]) == await count(database, states[2:])


async def test_rescoring_takes_a_batch_with_a_few_statements(database: Database) -> None:
    await deliver(SERVICE, database, [a_purchase(new_id(), -20) for _ in range(400)])

    with statements(database) as seen:
        scored = await take_due(SERVICE, database, now=at(40))

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
            INSERT INTO score (customer_id, probability, band, value_at_risk, next_due_at, release)
            SELECT gen_random_uuid(), (number % 49 + 1) * 0.02, CASE WHEN number % 100 = 0 THEN 'high' ELSE 'low' END,
                   number, timestamptz '2011-03-01' + number * interval '1 hour', 1
            FROM generate_series(1, 20000) AS number
            """)
        )
        await connection.execute(text("ANALYZE score"))
        plan = "\n".join((await connection.execute(text(f"EXPLAIN {query}"))).scalars())

    assert f"ix_score_{index}" in plan
    assert "Sort" not in plan
