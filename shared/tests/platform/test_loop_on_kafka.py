"""The consumer and the relay on a real broker and a real database."""

import asyncio
from collections import Counter

from sqlalchemy import text

from lealtad.ids import new_id
from lealtad.outbox import RawRecord
from lealtad.unit_of_work import Database

from .conftest import WorkerFactory, until
from .echo import ECHO
from .publishing import a_purchase, publish


async def count(database: Database, sql: str, **values: object) -> int:
    async with database.read() as uow:
        return int(await uow.connection.scalar(text(sql), values) or 0)


async def test_a_purchase_is_folded_and_its_score_comes_out_on_kafka(bus, databases, worker_of: WorkerFactory):
    customer = new_id()
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):
        purchase = await publish(bus, customer)
        [record] = await bus.read("scores", 1)
    headers = dict(record.headers)
    assert record.key == str(customer).encode()
    assert headers["ce_causationid"].decode() == str(purchase)
    assert headers["ce_sequence"] == b"00000000000000000001"
    assert (
        await count(
            runtime.database, "SELECT count(*) FROM journal WHERE outcome = 'applied' AND cardinality(emitted) = 1"
        )
        == 1
    )


async def test_what_the_relay_sends_twice_has_its_effect_once(bus, databases, worker_of: WorkerFactory):
    customer, twin = new_id(), new_id()
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):
        for _ in range(3):
            await publish(bus, customer, event_id=twin)
        await publish(bus, customer, sequence=2)
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM seen", 2))
        assert await count(runtime.database, "SELECT count(*) FROM journal") == 2


async def test_poison_costs_one_event_and_a_malformed_record_none(bus, databases, worker_of: WorkerFactory):
    customer = new_id()
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):
        await asyncio.gather(*[publish(bus, customer, sequence=n) for n in range(1, 30)])
        await publish(bus, customer, sequence=30, sku="poison")
        await bus.producer.send_and_wait(f"{bus.prefix}.activity", key=b"?", value=b"\xff not json")
        await publish(bus, customer, sequence=31)
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM seen", 30))
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM dead_letter", 2))
        dead = await bus.read("activity.churn-scoring.dlq", 2)
    assert {dict(record.headers)["dead_letter_reason"].decode()[:14] for record in dead} == {
        "PermanentError",
        "unknown event ",
    }
    assert b"\xff not json" in {record.value for record in dead}


async def test_a_replayed_dead_letter_that_fails_again_is_a_dead_letter_again(bus, databases, worker_of: WorkerFactory):
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):
        await publish(bus, new_id(), sku="poison")
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM dead_letter", 1))
        async with runtime.database.begin() as uow:
            await uow.connection.execute(text("UPDATE dead_letter SET replay_requested_at = now()"))
        await until(
            lambda: _is(runtime.database, "SELECT count(*) FROM dead_letter WHERE replay_requested_at IS NULL", 1)
        )


async def test_workers_that_join_and_leave_duplicate_and_lose_nothing(bus, databases, worker_of: WorkerFactory):
    url = await databases.create_url(ECHO)
    customers = [new_id() for _ in range(20)]

    async def load() -> None:
        for sequence in range(1, 31):
            await asyncio.gather(*[publish(bus, customer, sequence=sequence) for customer in customers])

    async with worker_of(ECHO, url, instance="0") as (_, runtime):
        loading = asyncio.create_task(load())
        async with worker_of(ECHO, url, instance="1") as (second, _):
            await until(lambda: _owns(second))
            await loading
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM seen", 600))
        assert await count(runtime.database, "SELECT count(*) FROM journal WHERE outcome = 'dead'") == 0


async def test_the_relay_is_woken_across_processes_with_its_poll_disabled(bus, databases, worker_of: WorkerFactory):
    url = await databases.create_url(ECHO)
    off = {"relay_poll_ms": 0}
    async with worker_of(ECHO, url, **off) as (one, first), worker_of(ECHO, url, instance="1", **off) as (two, second):
        await until(lambda: _leads(one, two))
        follower = second if one.relay.leads else first
        async with follower.database.begin() as uow:
            uow.emit(a_purchase(new_id()), key=new_id())
        await bus.read("activity", 1)


async def test_the_outbox_keeps_the_order_of_each_key_under_concurrent_writers(
    bus, databases, worker_of: WorkerFactory
):
    url = await databases.create_url(ECHO)
    customers = [new_id() for _ in range(5)]
    async with worker_of(ECHO, url, database_pool=20) as (_, runtime):

        async def write() -> None:
            for _ in range(25):
                async with runtime.database.begin() as uow:
                    for customer in customers:
                        uow.emit(a_purchase(customer), key=customer)

        await asyncio.gather(*[write() for _ in range(8)])
        records = await bus.read("activity", 8 * 25 * 5)
    assert len({dict(record.headers)["ce_id"] for record in records}) == 1000
    seen: Counter[bytes] = Counter()
    for record in records:
        seen[record.key] += 1
        assert int(dict(record.headers)["ce_sequence"]) == seen[record.key]


async def test_a_gap_in_the_outbox_numbers_that_fills_late_is_not_skipped(bus, databases, worker_of: WorkerFactory):
    slow, quick = new_id(), new_id()
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):
        async with runtime.database.begin() as uow:
            uow.emit(a_purchase(slow), key=slow)
            await uow.flush()
            async with runtime.database.begin() as other:
                other.emit(a_purchase(quick), key=quick)
            await bus.read("activity", 1)
        records = await bus.read("activity", 2)
    assert [record.key for record in records] != []
    assert {record.key for record in records} == {str(slow).encode(), str(quick).encode()}


async def test_time_alone_emits_and_is_journalled(bus, databases, worker_of: WorkerFactory):
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):
        async with runtime.database.begin() as uow:
            await uow.connection.execute(text("INSERT INTO reminder VALUES (gen_random_uuid(), now())"))
        await bus.read("scores", 1)
        assert await count(runtime.database, "SELECT count(*) FROM journal WHERE kind = 'due'") == 1


async def _is(database: Database, sql: str, number: int) -> bool:
    return await count(database, sql) == number


async def _owns(worker) -> bool:
    return bool(worker.consumer.owned)


async def _leads(*workers) -> bool:
    return any(worker.relay.leads for worker in workers)


async def test_a_row_that_kafka_never_takes_holds_up_no_other_key(bus, databases, worker_of: WorkerFactory):
    customer = new_id()
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):
        async with runtime.database.begin() as uow:
            uow.outbox.add_raw(RawRecord("activity", b"too large", {}, b"x" * 2_000_000))
        async with runtime.database.begin() as uow:
            uow.emit(a_purchase(customer), key=customer)
        [record] = await bus.read("activity", 1)
        await until(lambda: _is(runtime.database, "SELECT count(*) FROM outbox", 1))
    assert record.key == str(customer).encode()
