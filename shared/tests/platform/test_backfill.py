"""A backfill on a real broker and database: live events go first, and its customers are evaluated once, at its end."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest
from aiokafka import ConsumerRebalanceListener
from sqlalchemy import text

from lealtad.events.cause import Lane
from lealtad.events.subscriptions import READERS
from lealtad.ids import new_id
from lealtad.kafka.client import group_offsets
from lealtad.kafka.consume.lanes import Lanes
from lealtad.kafka.consume.progress import read_progress
from lealtad.kafka.naming import group_of
from lealtad.kafka.publish import relay
from lealtad.testing.postgres import settings_for
from lealtad.unit_of_work import Database

from .conftest import Bus, WorkerFactory, until
from .echo import ECHO
from .publishing import a_purchase, publish

QUICKLY = {"backfill_quiet_ms": 100}
NOT_NOW = {"backfill_quiet_ms": 3_600_000}
SCORES = "SELECT sum(last) FROM sequence_counter WHERE topic = 'scores'"


async def load(bus: Bus, customers: int, facts_of_each: int) -> None:
    """Publish a backfill."""
    ids = [new_id() for _ in range(customers)]
    for number in range(1, facts_of_each + 1):
        await asyncio.gather(*[publish(bus, customer, number, lane=Lane.BACKFILL) for customer in ids])


async def count(database: Database, sql: str) -> int:
    async with database.read() as uow:
        return int(await uow.connection.scalar(text(sql)) or 0)


async def evaluations(bus: Bus, number: int) -> Counter[tuple[bytes, bytes]]:
    """Return how often each customer was evaluated, by key and lane, in the first `number` scores."""
    records = await bus.read("scores", number)
    return Counter((record.key, dict(record.headers)["ce_lane"]) for record in records)


class Assigned(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is not typed
    """Tells which partitions a group assigned."""

    def __init__(self) -> None:
        self.partitions = asyncio.get_running_loop().create_future()

    async def on_partitions_revoked(self, revoked) -> None:
        """Do nothing."""

    async def on_partitions_assigned(self, assigned) -> None:
        """Tell."""
        self.partitions.set_result(assigned)


async def next_of_backfill(lanes: Lanes) -> list[tuple[str, int]]:
    """Return topic and offset of the next records, waiting for them."""
    async with asyncio.timeout(30):
        while not (records := await lanes.poll(0.1, backfill=2)):
            pass
    return [(record.topic, record.offset) for record in records]


def settled(runtime):
    async def ask() -> bool:
        progress = await read_progress(
            runtime.database, runtime.lookout, ECHO.reader, runtime.group, ECHO.stream.due_actions, process="worker"
        )
        return progress.settled

    return ask


async def test_each_customer_of_a_backfill_is_evaluated_once_for_all_of_it(bus, databases, worker_of: WorkerFactory):
    await load(bus, customers=10, facts_of_each=20)
    async with worker_of(ECHO, await databases.create_url(ECHO), backfill_batch=7, **QUICKLY) as (_, runtime):
        await until(settled(runtime))
        evaluated = await evaluations(bus, 10)
        assert await count(runtime.database, SCORES) == 10
        assert await count(runtime.database, "SELECT count(*) FROM seen") == 200
        assert await count(runtime.database, "SELECT count(*) FROM journal WHERE cardinality(emitted) = 1") == 200

    assert set(evaluated.values()) == {1}
    assert {lane for _, lane in evaluated} == {b"backfill"}


async def test_a_live_purchase_goes_through_while_a_backfill_is_under_way(bus, databases, worker_of: WorkerFactory):
    total = 3000
    await load(bus, customers=100, facts_of_each=total // 100)
    live = new_id()
    async with worker_of(ECHO, await databases.create_url(ECHO), backfill_batch=10, **NOT_NOW) as (_, runtime):
        await until(lambda: _some(runtime.database, "SELECT count(*) FROM seen"))
        await publish(bus, live)
        [score] = await bus.read("scores", 1)
        folded = await count(runtime.database, "SELECT count(*) FROM seen")

    assert (score.key, dict(score.headers)["ce_lane"]) == (str(live).encode(), b"live")
    assert 0 < folded < total


async def test_a_live_event_does_not_wait_for_the_backfill_of_its_customer(bus, databases, worker_of: WorkerFactory):
    customer = new_id()
    async with worker_of(ECHO, await databases.create_url(ECHO), **NOT_NOW) as (_, runtime):
        await publish(bus, customer, lane=Lane.BACKFILL)
        await until(lambda: _some(runtime.database, "SELECT count(*) FROM pending_reaction WHERE not_before IS NULL"))
        await publish(bus, customer)
        evaluated = await evaluations(bus, 1)
        await until(settled(runtime))
        assert await count(runtime.database, "SELECT count(*) FROM journal WHERE cardinality(emitted) = 1") == 2

    assert evaluated == {(str(customer).encode(), b"live"): 1}


async def test_who_waits_for_the_end_is_evaluated_by_the_worker_that_comes_after(
    bus, databases, worker_of: WorkerFactory
):
    url = await databases.create_url(ECHO)
    await load(bus, customers=10, facts_of_each=3)
    async with worker_of(ECHO, url, **NOT_NOW) as (_, runtime):
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM seen", 30))
        assert not await settled(runtime)()
        assert await count(runtime.database, "SELECT count(*) FROM outbox") == 0
    async with worker_of(ECHO, url, backfill_batch=3, **QUICKLY) as (_, runtime):
        await until(settled(runtime))
        assert await count(runtime.database, SCORES) == 10

    assert set((await evaluations(bus, 10)).values()) == {1}


async def test_nobody_is_evaluated_before_those_whose_evaluations_are_read_have_read_the_backfill(
    bus, databases, worker_of: WorkerFactory, monkeypatch
):
    monkeypatch.setitem(READERS, ECHO.name, replace(ECHO.reader, backfill_after=("segmentation",)))
    asked: list[bool] = []

    async def answering(*arguments):
        asked.append(await some_behind(*arguments))
        return asked[-1]

    async def asked_twice() -> bool:
        return len(asked) > 1

    some_behind = group_offsets.some_behind
    monkeypatch.setattr(group_offsets, "some_behind", answering)
    async with worker_of(ECHO, await databases.create_url(ECHO), **QUICKLY) as (_, runtime):
        twins = [topic.name for topic in ECHO.reader.backfill_topics]
        begin, group = await runtime.lookout.ends(twins), group_of(runtime.settings, "segmentation")
        await group_offsets.put_back(runtime.settings, group, begin)
        await load(bus, customers=10, facts_of_each=3)
        await until(asked_twice)
        assert await count(runtime.database, SCORES) == 0
        await group_offsets.put_back(runtime.settings, group, await runtime.lookout.ends(twins))
        await until(settled(runtime))
        evaluated = await evaluations(bus, 10)

    assert set(evaluated.values()) == {1}
    assert asked[0]
    assert not asked[-1]


async def test_workers_share_a_backfill_by_the_partitions_of_the_group(bus, databases, worker_of: WorkerFactory):
    url = await databases.create_url(ECHO)
    await load(bus, customers=30, facts_of_each=10)
    quick = {"backfill_batch": 5, **QUICKLY}
    async with (
        worker_of(ECHO, url, instance="0", **quick) as (_, runtime),
        worker_of(ECHO, url, instance="1", **quick),
    ):
        await until(settled(runtime))
        assert await count(runtime.database, "SELECT count(*) FROM seen") == 300
        assert await count(runtime.database, "SELECT count(*) FROM journal WHERE outcome = 'dead'") == 0
        # A rebalance in the middle may take longer than the quiet time: then it counts as the end of a load.
        evaluated = await evaluations(bus, await count(runtime.database, SCORES))
    assert len(evaluated) == 30


async def test_what_was_read_ahead_is_read_again_when_its_partitions_come_back(bus):
    await load(bus, customers=1, facts_of_each=6)
    lanes = Lanes(
        settings_for(
            ECHO, "postgresql://nowhere", kafka_bootstrap=bus.address, topic_prefix=bus.prefix, backfill_batch=2
        ),
        ECHO.reader,
    )
    group = Assigned()
    await lanes.start(group)
    try:
        beginnings = dict.fromkeys(await asyncio.wait_for(group.partitions, 30), 0)
        lanes.seek(beginnings)
        first, _ = [await next_of_backfill(lanes) for _ in range(2)]
        lanes.let_go()
        assert await lanes.poll(0.1, backfill=2) == []
        lanes.seek(beginnings)
        assert await next_of_backfill(lanes) == first
    finally:
        await lanes.stop()


async def test_a_dead_letter_of_a_backfill_costs_only_itself(bus, databases, worker_of: WorkerFactory):
    async with worker_of(ECHO, await databases.create_url(ECHO), **QUICKLY) as (_, runtime):
        await load(bus, customers=5, facts_of_each=2)
        await publish(bus, new_id(), sku="poison", lane=Lane.BACKFILL)
        await bus.read("activity-backfill.churn-scoring.dlq", 1)
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM seen", 10))


@pytest.fixture
async def outbox(database_for):
    """Give a database, and a way to read the next turn of the relay."""
    database = await database_for(ECHO)
    connection = await asyncpg.connect(database.engine.url)
    await connection.execute("SET search_path = derived, owned, platform")

    async def turn(
        rows: int = 1000, backfill_rows: int = 1000, octets: int = 1 << 30, sent: Sequence[int] = ()
    ) -> list[str]:
        return [row["topic"] for row in await connection.fetch(relay.READ, rows, backfill_rows, octets, sent)]

    yield database, turn
    await connection.close()


async def write(database: Database, lane: Lane, number: int) -> None:
    async with database.begin() as uow:
        for _ in range(number):
            uow.emit(a_purchase(new_id()), key=new_id(), lane=lane)


async def test_the_relay_takes_live_rows_first_and_few_of_a_backfill(outbox):
    database, turn = outbox
    await write(database, Lane.BACKFILL, 50)
    await write(database, Lane.LIVE, 3)

    assert await turn(backfill_rows=10) == ["activity"] * 3 + ["activity-backfill"] * 10
    assert await turn(rows=2, backfill_rows=1) == ["activity"] * 2 + ["activity-backfill"]


async def test_the_relay_passes_over_what_it_sent_without_losing_room_for_others(outbox):
    database, turn = outbox
    await write(database, Lane.LIVE, 3)
    await write(database, Lane.BACKFILL, 3)

    assert await turn(rows=2, backfill_rows=1, sent=[1, 2, 4]) == ["activity", "activity-backfill"]
    assert await turn(rows=2, backfill_rows=2, sent=[1]) == ["activity"] * 2 + ["activity-backfill"] * 2


async def test_a_turn_of_the_relay_is_bounded_by_its_octets_but_takes_one_row_always(outbox):
    database, turn = outbox
    await write(database, Lane.LIVE, 5)

    assert len(await turn(octets=1)) == 1
    assert len(await turn(octets=700)) < 5
    assert len(await turn()) == 5


async def test_more_rows_than_a_turn_takes_are_all_relayed(bus, databases, worker_of: WorkerFactory):
    limits = {"relay_batch": 4, "relay_backfill_batch": 2, "relay_octets": 1500, "relay_poll_ms": 0}
    async with worker_of(ECHO, await databases.create_url(ECHO), **limits, **NOT_NOW) as (_, runtime):
        await asyncio.gather(write(runtime.database, Lane.BACKFILL, 25), write(runtime.database, Lane.LIVE, 25))
        assert len(await bus.read("activity-backfill", 25)) == len(await bus.read("activity", 25)) == 25
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM outbox", 0))


async def _some(database: Database, sql: str) -> bool:
    return await count(database, sql) > 0


async def _is(database: Database, sql: str, number: int) -> bool:
    return await count(database, sql) == number
