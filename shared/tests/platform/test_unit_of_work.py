"""A fact, its event and its journal row are one."""

import asyncio
from datetime import timedelta

import pytest
from asyncpg import PostgresError
from sqlalchemy import text

from lealtad.events.cause import Cause
from lealtad.events.codec import EventTooLargeError
from lealtad.events.model import ROOTS_LISTED, Causes
from lealtad.ids import new_id
from lealtad.testing.builders import an_event
from lealtad.testing.driving import deliver, emitted, statements
from lealtad.unit_of_work import Phase

from .echo import ECHO, a_score
from .publishing import a_purchase


async def test_an_error_takes_the_event_back_with_the_state(database_for):
    database = await database_for(ECHO)
    customer = new_id()
    with pytest.raises(ZeroDivisionError):
        async with database.begin() as uow:
            uow.emit(a_purchase(customer), key=customer)
            await uow.flush()
            raise ZeroDivisionError
    assert await emitted(database) == []


async def test_sequences_are_gap_free_per_key_although_some_transactions_fail(database_for):
    database = await database_for(ECHO)
    customer = new_id()

    async def emit(fail: bool) -> None:
        async with database.begin() as uow:
            uow.emit(a_purchase(customer), key=customer)
            await uow.allocate()
            if fail:
                raise ZeroDivisionError

    results = await asyncio.gather(*[emit(number % 3 == 0) for number in range(30)], return_exceptions=True)
    failed = sum(isinstance(result, ZeroDivisionError) for result in results)
    assert failed == 10
    assert [event.sequence for event in await emitted(database)] == list(range(1, 21))


async def test_a_savepoint_takes_back_what_was_emitted_within(database_for):
    database = await database_for(ECHO)
    kept, undone = new_id(), new_id()
    async with database.begin() as uow:
        uow.emit(a_purchase(kept), key=kept)
        with pytest.raises(ZeroDivisionError):
            async with uow.savepoint():
                uow.emit(a_purchase(undone), key=undone)
                raise ZeroDivisionError
    assert [event.key for event in await emitted(database)] == [kept]


async def test_writing_costs_the_same_number_of_statements_for_one_event_and_for_hundreds(database_for):
    database = await database_for(ECHO)

    async def cost(number: int) -> int:
        with statements(database) as seen:
            async with database.begin() as uow:
                for _ in range(number):
                    customer = new_id()
                    uow.emit(a_purchase(customer), key=customer)
        return len(seen)

    assert await cost(1) == await cost(300) == 1


async def test_nothing_is_emitted_while_derived_state_is_projected(database_for):
    database = await database_for(ECHO)
    async with database.begin(phase=Phase.PROJECT) as uow:
        with pytest.raises(RuntimeError, match="announce in react"):
            uow.emit(a_purchase(new_id()), key=new_id())


async def test_an_event_that_is_too_large_is_refused_when_it_is_written(database_for):
    database = await database_for(ECHO)
    purchase = a_purchase(new_id())
    huge = purchase.model_copy(update={"lines": [purchase.lines[0].model_copy(update={"sku": "x" * 600})] * 500})
    async with database.begin() as uow:
        with pytest.raises(EventTooLargeError):
            uow.emit(huge, key=new_id())


async def test_a_derived_event_inherits_correlation_and_depth_and_names_every_root(database_for):
    database = await database_for(ECHO)
    customer = new_id()
    purchases = [an_event(a_purchase(customer), key=customer, sequence=number) for number in (1, 2, 3)]
    [score] = await deliver(ECHO, database, purchases)
    assert score.causation_id == purchases[-1].id
    assert score.correlation_id == purchases[-1].id
    assert score.depth == 1
    assert score.data.causes.ids == [event.id for event in purchases]
    assert score.cause.roots == tuple(event.id for event in purchases)


async def test_events_that_one_reaction_served_say_which_one_stands_for_them(database_for):
    database = await database_for(ECHO)
    customer = new_id()
    first, second = (an_event(a_purchase(customer), key=customer, sequence=number) for number in (1, 2))
    [score] = await deliver(ECHO, database, [first, second])
    async with database.read() as uow:
        rows = {row.event_id: row for row in await uow.connection.execute(text("SELECT * FROM journal"))}
    assert (rows[first.id].outcome, rows[first.id].coalesced_into) == ("coalesced", second.id)
    assert rows[second.id].outcome == "applied"
    assert rows[first.id].emitted == rows[second.id].emitted == [score.id]


def test_at_most_64_roots_are_listed_and_all_are_counted():
    causes = [Cause.root(new_id()) for _ in range(100)]
    united = Causes.of(causes)
    assert len(united.ids) == ROOTS_LISTED
    assert united.count == 100
    assert Causes.of([*causes, *causes]).count == 100


async def test_a_score_with_unlisted_roots_passes_their_number_on():
    score = a_score(new_id(), 1, a_purchase(new_id()).occurred_at, [Cause.root(new_id()) for _ in range(70)])
    event = an_event(score, key=new_id())
    assert Causes.of([event.cause]).count == 70


async def test_no_transaction_of_ours_outlives_a_minute(database_for):
    database = await database_for(ECHO)
    async with database.read() as uow:
        limit = await uow.connection.scalar(
            text("SELECT setting::int FROM pg_settings WHERE name = 'transaction_timeout'")
        )
        assert timedelta(milliseconds=limit) <= timedelta(minutes=1)
    with pytest.raises(PostgresError):
        async with database.read() as uow:
            await uow.connection.execute(text("SET transaction_timeout = '50ms'"))
            await uow.connection.execute(text("SELECT pg_sleep(5)"))
