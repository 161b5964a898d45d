"""Due work is found by index, and no two workers do the same work."""

import asyncio

import pytest
from sqlalchemy import text

from campaigns.decisions import jobs, repository
from campaigns.decisions.reaction import decide_current_actions
from campaigns.service import SERVICE
from lealtad.due import backlog
from lealtad.testing.driving import deliver, run_due

from .builders import START, registered, scored, segmented


async def plan(database, statement, **values) -> str:
    async with database.begin() as uow:
        await uow.connection.execute(text("ANALYZE next_best_action"))
        rows = await uow.connection.execute(text(f"EXPLAIN {statement}"), values)
        return "\n".join(rows.scalars())


@pytest.fixture
async def many(database) -> None:
    """Ten thousand customers with a current action, none of them due."""
    fill = text("""
        INSERT INTO next_best_action (customer_id, next_due_at, rulebook)
        SELECT gen_random_uuid(), CAST(:later AS timestamptz) + make_interval(mins => n), 1
        FROM generate_series(1, 10000) AS n
    """)
    async with database.begin() as uow:
        await uow.connection.execute(fill, {"later": START})


@pytest.mark.parametrize(
    ("why", "index"),
    [
        ("time", "ix_next_best_action_next_due_at"),
        ("rules", "ix_next_best_action_rulebook"),
        ("inputs", "ix_next_best_action_awaits_inputs"),
    ],
)
async def test_due_customers_are_found_by_index(database, many, why, index):
    statement = str(repository.LOCK_DUE[why])
    values = {"limit": 500, **({"now": START} if why == "time" else {})}
    assert index in await plan(database, statement, **values)


async def test_two_workers_share_what_is_due(database):
    names = [f"customer-{number}" for number in range(40)]
    await deliver(SERVICE, database, [e for n in names for e in (registered(n), segmented(n, "loyal"), scored(n))])
    async with database.begin() as uow:
        await uow.connection.execute(text("UPDATE rulebook SET revision = revision + 1"))
    await asyncio.gather(run_due(SERVICE, database), run_due(SERVICE, database))
    async with database.read() as uow:
        decided = await uow.connection.scalar(text("SELECT count(*) FROM decision WHERE origin = 'standing'"))
    assert decided == 40 * 2


async def test_a_customer_whose_decision_fails_stops_no_other(database, monkeypatch):
    names = [f"customer-{number}" for number in range(9)]
    await deliver(SERVICE, database, [e for n in names for e in (registered(n), segmented(n, "loyal"), scored(n))])
    async with database.begin() as uow:
        await uow.connection.execute(text("UPDATE rulebook SET revision = revision + 1"))
        poison = await uow.connection.scalar(text("SELECT customer_id FROM next_best_action ORDER BY 1 LIMIT 1"))

    async def decide_but_poison(uow, touched):
        await decide_current_actions(uow, touched)
        if poison in touched:
            raise ZeroDivisionError

    monkeypatch.setattr(jobs, "decide_current_actions", decide_but_poison)
    await run_due(SERVICE, database)

    async with database.read() as uow:
        decided = text("SELECT customer_id, count(*) FROM decision GROUP BY customer_id")
        numbers = {row.customer_id: row.count for row in await uow.connection.execute(decided)}
        assert await backlog.found(uow.connection, SERVICE.stream.due_actions, uow.now) == []
    assert numbers.pop(poison) == 1
    assert set(numbers.values()) == {2}
