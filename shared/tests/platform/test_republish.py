"""What was emitted is kept and can be sent again, byte by byte as it was."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from lealtad.app import republish as command
from lealtad.app.republish import RelayStandsStillError, republish
from lealtad.clock import system_now
from lealtad.events.catalog.customer_profile import CustomerRegistered, CustomerStatus
from lealtad.events.cause import Cause
from lealtad.events.codec import Record
from lealtad.ids import new_id
from lealtad.kafka.consume import dead_letters
from lealtad.outbox import archive
from lealtad.testing.driving import emitted

from .conftest import Bus, WorkerFactory, until
from .echo import ECHO, a_score
from .publishing import NOW, a_purchase, publish

EVER = datetime(2000, 1, 1, tzinfo=UTC)


async def empty_outbox(database):
    async with database.begin() as uow:
        await uow.connection.execute(text("DELETE FROM outbox"))


async def emit_purchases(database, *customers):
    async with database.begin() as uow:
        for customer in customers:
            uow.emit(a_purchase(customer), key=customer)


def on_the_wire(record):
    return record.key, tuple(record.headers), record.value


async def test_a_whole_history_goes_out_again_with_identical_bytes_and_changes_nothing_where_it_is_read(
    bus: Bus, databases, worker_of: WorkerFactory
):
    customers = [new_id() for _ in range(10)]
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):
        for sequence in (1, 2, 3):
            await asyncio.gather(*[publish(bus, customer, sequence) for customer in customers])
        await emit_purchases(runtime.database, *customers)
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM seen", 30))
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM outbox", 0))
        own = await _count(runtime.database, "SELECT count(*) FROM emitted_event WHERE topic = 'scores'")
        seen = await _count(runtime.database, "SELECT count(*) FROM journal")

        assert await republish(runtime.database, EVER) == own + 10

        scores = [on_the_wire(record) for record in await bus.read("scores", 2 * own)]
        purchases = [on_the_wire(record) for record in await bus.read("activity", 50)]
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM outbox", 0))
        assert await _count(runtime.database, "SELECT count(*) FROM emitted_event") == own + 10
        assert await _count(runtime.database, "SELECT count(*) FROM seen") == 30
        assert await _count(runtime.database, "SELECT count(*) FROM journal") == seen
    assert set(Counter(scores).values()) == {2}
    assert sorted(Counter(purchases).values()) == [1] * 30 + [2] * 10


async def test_events_keep_their_order_and_only_those_since_the_time_go_out_again(database_for):
    database, customer = await database_for(ECHO), new_id()
    await emit_purchases(database, customer)
    since = system_now()
    for _ in range(3):
        await emit_purchases(database, customer)
    await empty_outbox(database)

    await republish(database, since)

    assert [event.sequence for event in await emitted(database)] == [2, 3, 4]


async def test_of_a_customers_state_only_the_newest_goes_out_again_since_compaction_keeps_the_last(database_for):
    database, changed, other = await database_for(ECHO), new_id(), new_id()
    for customer in (changed, changed, other):
        async with database.begin() as uow:
            uow.emit(a_state(customer), key=customer)
    await empty_outbox(database)

    await republish(database, EVER)

    assert {(event.key, event.sequence) for event in await emitted(database)} == {(changed, 2), (other, 1)}


async def test_a_state_whose_successor_still_waits_for_the_relay_does_not_go_out_after_it(database_for):
    database, customer = await database_for(ECHO), new_id()
    for _ in range(2):
        async with database.begin() as uow:
            uow.emit(a_state(customer), key=customer)

    await republish(database, EVER)

    assert [event.sequence for event in await emitted(database)][-1] == 2


async def test_dead_letters_are_no_events_and_stay_where_they_are(database_for):
    database = await database_for(ECHO)
    async with database.begin() as uow:
        await dead_letters.bury(uow, Record("activity", 0, 7, None, (), b"?"), "a reason", None)
    await empty_outbox(database)

    assert await republish(database, EVER) == 0


async def test_a_relay_that_stands_still_is_told_of_with_the_time_to_go_on_from(database_for, monkeypatch):
    monkeypatch.setattr(command, "PATIENCE_S", 0.2)
    monkeypatch.setattr(command, "CHUNK", 2)
    database = await database_for(ECHO)
    await emit_purchases(database, new_id(), new_id(), new_id())

    with pytest.raises(RelayStandsStillError, match="--since 2000-01-01"):
        await republish(database, EVER)


async def test_facts_are_kept_for_good_and_derived_events_until_they_are_old_and_sent(database_for):
    database, customer = await database_for(ECHO), new_id()
    await emit_purchases(database, customer)
    for _ in range(2):
        async with database.begin() as uow:
            cause = Cause.root(new_id())
            uow.emit(a_score(customer, 1, uow.now, [cause]), key=customer, causes=[cause])
    async with database.begin() as uow:
        await uow.connection.execute(text("DELETE FROM outbox WHERE event <> (SELECT max(seq) FROM emitted_event)"))

    async with database.begin() as uow:
        pruned = await archive.prune(uow.connection, system_now() + timedelta(days=1), 10)

    assert pruned == 1
    assert await _count(database, "SELECT count(*) FROM emitted_event WHERE is_fact") == 1
    assert len(await emitted(database)) == 1


def a_state(customer):
    return CustomerRegistered(
        customer_id=customer,
        status=CustomerStatus.ACTIVE,
        provisional=False,
        registered_at=NOW,
        external_ids=[],
        changed=[],
    )


async def _count(database, sql):
    async with database.read() as uow:
        return int(await uow.connection.scalar(text(sql)))


async def _is(database, sql, wanted):
    return await _count(database, sql) == wanted
