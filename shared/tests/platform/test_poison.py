"""What can never work costs itself: one reaction, one due row, never the worker or the others."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from lealtad.db import Connection
from lealtad.due import DueAction, DueLoop, act_on, backlog
from lealtad.events.cause import Cause
from lealtad.events.model import Causes
from lealtad.ids import new_id
from lealtad.kafka.consume import consumer, dead_letter_limit, deferred_reactions
from lealtad.observability.health import Heartbeat
from lealtad.unit_of_work import Database, Touched, UnitOfWork

from .conftest import WorkerFactory, until
from .echo import ECHO, REMINDERS_DUE, echo_reacting, react
from .publishing import publish

SEEN = text("INSERT INTO seen (event_id, customer_id, place) SELECT id, id, 1 FROM unnest(CAST(:ids AS uuid[])) AS id")
WAITING = text("SELECT key FROM pending_reaction WHERE not_before > clock_timestamp() + interval '10 s'")


async def wait_for_reaction(database: Database, customers: Sequence[UUID]) -> None:
    """Store that the reaction to a purchase of each customer is due."""
    async with database.begin() as uow:
        await uow.connection.execute(SEEN, {"ids": customers})
        waiting = {(number % 3, customer): [Cause.root(new_id())] for number, customer in enumerate(customers)}
        await deferred_reactions.defer(uow.connection, waiting, after_ms=0)


async def test_a_reaction_that_always_fails_costs_one_customer(bus, databases, worker_of: WorkerFactory):
    customers = [new_id() for _ in range(40)]
    poison = customers[23]

    async def react_or_fail(uow: UnitOfWork, touched: Touched) -> None:
        if poison in touched:
            raise ZeroDivisionError("this customer's numbers cannot be divided")
        await react(uow, touched)

    service = echo_reacting(react_or_fail)
    async with worker_of(service, await databases.create_url(ECHO)) as (_, runtime):
        await wait_for_reaction(runtime.database, customers)
        async with runtime.database.begin() as uow:
            await uow.connection.execute(text("INSERT INTO reminder VALUES (gen_random_uuid(), now())"))
        await bus.read("scores", len(customers) - 1 + 1)

        async def is_postponed() -> bool:
            async with runtime.database.read() as uow:
                return (await uow.connection.execute(WAITING)).scalars() == [poison]

        await until(is_postponed)


async def test_the_causes_of_one_waiting_reaction_do_not_grow_for_ever(database_for):
    database = await database_for(ECHO)
    customer = new_id()
    causes = [Cause.root(new_id()) for _ in range(700)]
    async with database.begin() as uow:
        for some in (causes[:2], causes[2:5], causes[5:]):
            await deferred_reactions.defer(uow.connection, {(0, customer): some}, after_ms=0)
        kept = (await deferred_reactions.pop_due(uow.connection, [0], 1))[customer]

    assert kept[1:] == causes[-499:]
    assert (kept[0].id, kept[0].root_count) == (causes[-500].id, 201)
    assert Causes.of(kept).count == 700


async def test_a_few_causes_of_a_waiting_reaction_are_all_kept(database_for):
    database = await database_for(ECHO)
    customer = new_id()
    causes = [Cause.root(new_id()) for _ in range(3)]
    async with database.begin() as uow:
        for cause in causes:
            await deferred_reactions.defer(uow.connection, {(0, customer): [cause]}, after_ms=0)
        kept = (await deferred_reactions.pop_due(uow.connection, [0], 1))[customer]

    assert kept == causes


REMINDERS = text("INSERT INTO reminder SELECT id, CAST(:now AS timestamptz) FROM unnest(CAST(:ids AS uuid[])) AS id")
LOCK_REMINDERS = text("SELECT customer_id FROM reminder WHERE due_at <= :now LIMIT :limit FOR UPDATE SKIP LOCKED")
DONE = text("UPDATE reminder SET due_at = NULL WHERE customer_id = ANY(CAST(:ids AS uuid[]))")
POSTPONE = text("UPDATE reminder SET due_at = :until WHERE customer_id = :id")
ALWAYS = "SELECT 1"
DETAILS = text("SELECT detail FROM journal WHERE kind = 'due' AND key = :id")


def reminding_all_but(poison: UUID) -> DueAction:
    async def take(uow: UnitOfWork, limit: int) -> int:
        async def act(ids: Sequence[UUID]) -> None:
            await uow.connection.execute(DONE, {"ids": ids})
            for customer in ids:
                uow.due_cause(customer, "remind")
            if poison in ids:
                raise ZeroDivisionError

        due = await uow.connection.execute(LOCK_REMINDERS, {"now": uow.now, "limit": limit})
        ids = list(due.scalars())
        await act_on(uow, "remind", ids, act, postpone)
        return len(ids)

    async def postpone(connection: Connection, identity: UUID, until: datetime) -> None:
        await connection.execute(POSTPONE, {"until": until, "id": identity})

    return DueAction("remind", take, REMINDERS_DUE)


async def test_a_due_row_that_always_fails_costs_itself_until_tomorrow(database_for, clock):
    database = await database_for(ECHO)
    customers = [new_id() for _ in range(30)]
    poison = customers[11]
    async with database.begin() as uow:
        await uow.connection.execute(REMINDERS, {"ids": customers, "now": uow.now})

    loop = DueLoop(database, (), poll_s=1, heartbeat=Heartbeat("due", 60))
    assert await loop.run_all(reminding_all_but(poison)) == 30

    async with database.read() as uow:
        due = await uow.connection.execute(text("SELECT * FROM reminder WHERE due_at IS NOT NULL"))
        [told] = (await uow.connection.execute(DETAILS, {"id": poison})).scalars()
        assert await backlog.counted(uow.connection, ECHO.stream.due_actions, uow.now) == {"remind": 0}
    assert due == [(poison, clock.now() + timedelta(days=1))]
    assert "ZeroDivisionError" in told


async def test_a_due_action_that_fails_as_a_whole_stops_no_other(database_for):
    database = await database_for(ECHO)
    turned = asyncio.Event()
    failures = 0

    async def fail(_uow: UnitOfWork, _limit: int) -> int:
        nonlocal failures
        failures += 1
        raise ZeroDivisionError

    async def succeed(_uow: UnitOfWork, _limit: int) -> int:
        turned.set()
        return 0

    actions = (DueAction("fails", fail, ALWAYS), DueAction("succeeds", succeed, ALWAYS))
    loop = DueLoop(database, actions, poll_s=0.01, heartbeat=Heartbeat("due", 60))
    running = asyncio.create_task(loop.run())
    for _ in range(3):
        await asyncio.wait_for(turned.wait(), 10)
        turned.clear()
    loop.stop()
    await running

    assert failures == 1


@pytest.mark.parametrize("sku", ["unreadable", "poison"])
async def test_a_flood_of_failures_stops_the_consumer_instead_of_emptying_the_topic(
    bus, databases, worker_of: WorkerFactory, monkeypatch, sku
):
    monkeypatch.setattr(dead_letter_limit, "MINIMUM", 4)
    monkeypatch.setattr(consumer, "STOPPED_S", 0.05)
    for _ in range(30):
        content = b"?" if sku == "unreadable" else None
        await publish(bus, new_id(), sku=sku, value=content)

    with capture_logs() as logs:
        async with worker_of(ECHO, await databases.create_url(ECHO), poll_records=4) as (_, runtime):

            async def stood_still_again_and_again() -> bool:
                return sum(line["event"] == "consumer_stands_still" for line in logs) >= 5

            await until(stood_still_again_and_again)
            async with runtime.database.read() as uow:
                dead = await uow.connection.scalar(text("SELECT count(*) FROM dead_letter"))

    assert dead < 4 + 4
