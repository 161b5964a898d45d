"""How fresh inputs are: decisions fail closed on stale ones, so busy must not look stale, nor stale fresh."""

import pytest
from sqlalchemy import text

from lealtad.kafka.consume import positions
from lealtad.kafka.consume.freshness import NEVER_S, input_ages
from lealtad.kafka.consume.offset_history import OffsetHistory
from lealtad.kafka.offsets import OffsetMove, ReachedEnd, TopicPartition

from .echo import ECHO

CASES = TopicPartition("cases", 0)
GROUP = "test"


class Stopwatch:
    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def test_a_position_that_always_follows_the_end_is_as_old_as_the_end_that_it_reached():
    watch = Stopwatch()
    history = OffsetHistory(watch)
    for second in range(10):
        watch.s = second
        history.note({CASES: 100 * (second + 1)}, watch())

    assert history.reached({CASES: 950}) == {CASES: ReachedEnd(900, 1.0)}


def test_a_position_at_the_end_is_fresh():
    watch = Stopwatch()
    history = OffsetHistory(watch)
    history.note({CASES: 7}, watch())
    watch.s = 0.25

    assert history.reached({CASES: 7}) == {CASES: ReachedEnd(7, 0.25)}


def test_a_position_behind_every_end_that_is_remembered_is_not_confirmed():
    watch = Stopwatch()
    history = OffsetHistory(watch)
    for second in range(500):
        watch.s = second
        history.note({CASES: 100 + second}, watch())

    assert history.reached({CASES: 100}) == {}


async def test_the_age_of_an_input_is_that_of_the_end_it_was_read_to(database_for):
    database = await database_for(ECHO)
    async with database.begin() as uow:
        await positions.create(uow.connection, GROUP, {CASES: 5, TopicPartition("cases", 1): 9}, "a cluster")
        assert await input_ages(uow.connection, ["cases"]) == {"cases": NEVER_S}

        reached = {CASES: ReachedEnd(5, 2.0), TopicPartition("cases", 1): ReachedEnd(8, 30.0)}
        await positions.confirm(uow.connection, GROUP, reached)

        assert (await input_ages(uow.connection, ["cases"]))["cases"] == pytest.approx(30, abs=5)


async def test_a_position_before_the_end_is_not_confirmed(database_for):
    database = await database_for(ECHO)
    async with database.begin() as uow:
        await positions.create(uow.connection, GROUP, {CASES: 5}, "a cluster")
        await positions.confirm(uow.connection, GROUP, {CASES: ReachedEnd(6, 0.0)})

        assert await input_ages(uow.connection, ["cases"]) == {"cases": NEVER_S}


async def test_a_confirmation_never_waits_for_a_batch(database_for):
    database = await database_for(ECHO)
    async with database.begin() as uow:
        await positions.create(uow.connection, GROUP, {CASES: 5}, "a cluster")
    async with database.begin() as batch:
        await positions.move(batch.connection, GROUP, {CASES: OffsetMove(5, 6)})
        async with database.begin() as monitor:
            await monitor.connection.execute(text("SET LOCAL lock_timeout = '1ms'"))
            await positions.confirm(monitor.connection, GROUP, {CASES: ReachedEnd(5, 0.0)})
