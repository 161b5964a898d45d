"""Concurrent folding of one customer's facts."""

import asyncio

import pytest
from sqlalchemy import text

from churn_scoring.domain.facts import Fact, FactKind
from churn_scoring.facts import repository
from lealtad.db import Connection
from lealtad.ids import new_id
from lealtad.unit_of_work import Database

from .builders import at

CUSTOMER = new_id()
LOCKED_OUT = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def a_fact(day: float) -> Fact:
    return Fact(new_id(), CUSTOMER, FactKind.PURCHASE, at(day))


async def fold(connection: Connection, fact: Fact) -> int:
    """Fold the next purchase; return the number of earlier purchases."""
    new, histories = await repository.insert_facts(connection, [fact])
    assert (new, list(histories)) == ({fact.id}, [CUSTOMER])
    before = histories[CUSTOMER].purchases
    histories[CUSTOMER].fold(fact)
    await repository.update_histories(connection, histories.values())
    return before


async def wait_for_lock_contention(database: Database) -> None:
    async with database.engine.connect() as connection, asyncio.timeout(5):
        while not await connection.scalar(LOCKED_OUT):  # noqa: ASYNC110 - PostgreSQL does not notify of lock waits
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("known", [0, 1])
async def test_a_transaction_that_waited_for_a_history_continues_from_the_committed_one(
    database: Database, known: int
) -> None:
    async def second() -> int:
        async with database.engine.begin() as connection:
            return await fold(connection, a_fact(-1))

    if known:
        async with database.engine.begin() as connection:
            await fold(connection, a_fact(-3))
    async with database.engine.begin() as connection:
        assert await fold(connection, a_fact(-2)) == known
        waiting = asyncio.create_task(second())
        await wait_for_lock_contention(database)

    assert await waiting == known + 1


async def test_a_stored_fact_locks_no_history(database: Database) -> None:
    fact = a_fact(-1)
    async with database.engine.begin() as connection:
        await fold(connection, fact)

    async with database.engine.begin() as connection:
        assert await repository.insert_facts(connection, [fact]) == (set(), {})
