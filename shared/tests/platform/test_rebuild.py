"""Derived state is folded again, put in place in one moment, and only differences are announced."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from sqlalchemy import text

from lealtad.db import Connection
from lealtad.db.migrations import RebuildRunsError, migrate
from lealtad.ids import new_id
from lealtad.kafka.recovery.rebuild import RebuildError, structure
from lealtad.unit_of_work import Database

from .conftest import WorkerFactory
from .publishing import publish
from .rebuilding import Tally, counted
from .tally import TALLY

CUSTOMERS = [new_id() for _ in range(7)]


@pytest.fixture
async def tally(bus, databases) -> Tally:
    return Tally(bus, await databases.create_url(TALLY))


@pytest.fixture
async def counting(tally: Tally, worker_of: WorkerFactory) -> AsyncIterator[Database]:
    """Run a worker that has counted three purchases of each customer."""
    async with worker_of(TALLY, tally.url) as (_, runtime):
        await buy(tally, 1, 4)
        await counted(runtime.database, 21)
        yield runtime.database


async def buy(tally: Tally, first: int, end: int) -> list[UUID]:
    purchases = [(customer, sequence) for sequence in range(first, end) for customer in CUSTOMERS]
    return list(await asyncio.gather(*[publish(tally.bus, customer, sequence) for customer, sequence in purchases]))


async def test_a_rebuild_restores_the_same_tables_and_announces_nothing(tally: Tally, counting):
    before, announced = await tally.derived(), await tally.announced()
    outcome = await tally.rebuild(rebuild_records=4)
    assert await tally.derived() == before
    assert (outcome.records, outcome.customers) == (21, 7)
    assert await tally.announced() == announced
    assert await tally.number("SELECT count(*) FROM outbox") == 0


async def test_a_rebuild_mends_what_was_damaged_and_announces_only_what_was_told_wrongly(tally: Tally, counting):
    before, announced = await tally.derived(), await tally.announced()
    await tally.run("UPDATE tally SET number = number + 5")
    await tally.run("DELETE FROM purchase WHERE customer_id = :id", id=CUSTOMERS[0])
    await tally.run("DELETE FROM tally WHERE customer_id = :id", id=CUSTOMERS[1])
    await tally.run("UPDATE announced SET number = 99 WHERE customer_id = :id", id=CUSTOMERS[2])
    await tally.rebuild()
    assert await tally.derived() == before
    assert await tally.announced() == announced + 1
    assert await tally.number("SELECT number FROM announced WHERE customer_id = :id", id=CUSTOMERS[2]) == 3


async def test_the_sweep_is_explained_in_the_journal(tally: Tally, counting):
    await tally.rebuild()
    assert await tally.number("SELECT count(*) FROM journal WHERE kind = 'due' AND type = 'rebuild'") == 7


async def test_whoever_waits_for_a_follow_up_is_left_to_that_reaction(tally: Tally, counting):
    announced = await tally.announced()
    await tally.run("UPDATE announced SET number = 99")
    await tally.run("INSERT INTO pending_reaction VALUES (1, :id, now() + interval '1 hour', '[]')", id=CUSTOMERS[2])
    await tally.rebuild()
    assert await tally.announced() == announced + 6
    assert await tally.number("SELECT number FROM announced WHERE customer_id = :id", id=CUSTOMERS[2]) == 99


async def test_what_the_relay_sent_twice_counts_once(tally: Tally, counting):
    twin = new_id()
    for _ in range(3):
        await publish(tally.bus, CUSTOMERS[0], 4, event_id=twin)
    await publish(tally.bus, CUSTOMERS[0], 5)
    await counted(counting, 23)
    before = await tally.derived()
    await tally.rebuild(rebuild_records=2)
    assert await tally.derived() == before


async def test_records_that_the_worker_has_not_handled_yet_are_left_to_it(tally: Tally, worker_of: WorkerFactory):
    async with worker_of(TALLY, tally.url) as (_, runtime):
        await buy(tally, 1, 3)
        await counted(runtime.database, 14)
    before = await tally.derived()
    await buy(tally, 3, 5)
    outcome = await tally.rebuild()
    assert outcome.records == 14
    assert await tally.derived() == before
    async with worker_of(TALLY, tally.url) as (_, runtime):
        await counted(runtime.database, 28)


async def test_purchases_go_on_being_counted_and_readers_never_see_half_a_table(tally: Tally, counting):
    done = asyncio.Event()
    seen: list[int] = []

    async def read() -> None:
        while not done.is_set():
            async with counting.read() as uow:
                seen.append(int(await uow.connection.scalar(text("SELECT sum(number) FROM tally"))))
            await asyncio.sleep(0)

    async def sell() -> None:
        for sequence in range(4, 64):
            await buy(tally, sequence, sequence + 1)

    reading, selling = asyncio.create_task(read()), asyncio.create_task(sell())
    for _ in range(3):
        await tally.rebuild(rebuild_records=20)
    await selling
    await counted(counting, 63 * 7)
    done.set()
    await reading
    assert seen == sorted(seen)
    assert await tally.number("SELECT count(*) FROM purchase") == 63 * 7
    assert await tally.number("SELECT count(*) FROM dead_letter") == 0
    assert await tally.number("SELECT count(*) FROM tally WHERE number <> 63") == 0


async def test_transactions_that_began_before_the_swap_go_on_after_it(tally: Tally, counting):
    async with counting.begin() as uow:
        before = await uow.connection.scalar(text("SELECT sum(number) FROM tally"))
        rebuilding = asyncio.create_task(tally.rebuild())
        await in_place(tally)
        after = await uow.connection.scalar(text("SELECT sum(number) FROM tally"))
    await rebuilding
    assert before == after == 21
    assert await schemas(tally) == {"derived"}


async def in_place(tally: Tally) -> None:
    async with asyncio.timeout(30):
        while not any("in place" in line for line in tally.said):  # noqa: ASYNC110 - it offers no event
            await asyncio.sleep(0.01)


async def schemas(tally: Tally) -> set[str]:
    found = {"derived", structure.NEXT, structure.FORMER}
    return {name for name in found if await tally.number("SELECT count(to_regnamespace(:name))", name=name)}


async def test_a_second_rebuild_and_a_migration_are_refused_while_one_runs(tally: Tally, counting):
    async with asyncio.timeout(60):
        first = asyncio.create_task(tally.rebuild(rebuild_records=1))
        while await schemas(tally) == {"derived"} and not first.done():  # noqa: ASYNC110 - seen in the database only
            await asyncio.sleep(0)
        with pytest.raises(RebuildError, match="is running"):
            await Tally(tally.bus, tally.url).rebuild()
        with pytest.raises(RebuildRunsError):
            await asyncio.to_thread(migrate, tally.url, TALLY.database.migrations)
        await first
    await asyncio.to_thread(migrate, tally.url, TALLY.database.migrations)


class Interrupted(BaseException):
    """The process ends here."""


async def interrupted_at(statement: int, tally: Tally) -> bool:
    """Rebuild, and end it before its `statement`-th SQL statement; return False when it has not that many."""
    executed = 0

    def count(*_) -> None:
        nonlocal executed
        executed += 1
        if executed == statement:
            raise Interrupted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "_tell", count)
        try:
            await tally.rebuild(rebuild_records=10)
        except Interrupted:
            return True
    return False


@pytest.mark.proof
async def test_interrupted_before_any_of_its_statements_it_harms_nothing_and_can_be_repeated(
    tally: Tally, worker_of: WorkerFactory
):
    async with worker_of(TALLY, tally.url) as (_, runtime):
        await buy(tally, 1, 4)
        await counted(runtime.database, 21)
    before, announced = await tally.derived(), await tally.announced()
    statement = 1
    while await interrupted_at(statement, tally):
        assert await tally.derived() == before
        statement += 1
    assert statement > 30
    assert await tally.derived() == before
    assert await schemas(tally) == {"derived"}
    assert await tally.announced() == announced


async def test_a_half_built_copy_is_never_added_to(tally: Tally, counting):
    before = await tally.derived()
    await tally.run("CREATE SCHEMA derived_next")
    await tally.run("CREATE TABLE derived_next.tally (LIKE derived.tally INCLUDING ALL)")
    await tally.run("INSERT INTO derived_next.tally SELECT * FROM derived.tally")
    await tally.rebuild()
    assert await tally.derived() == before


async def test_a_rebuild_whose_tables_another_one_made_anew_folds_no_more(tally: Tally, counting):
    """Its lock ends with its connection; should it live on, it must not write into its successor's tables."""
    async with counting.begin() as uow:
        await structure.make(uow.connection, new_id())
    with pytest.raises(RebuildError, match="Another rebuild"):
        async with counting.begin() as uow:
            await structure.require_signed(uow.connection, new_id())


async def test_the_copy_has_everything_that_the_tables_have(tally: Tally, counting):
    async with counting.read() as uow:
        migrated = await structure.description(uow.connection, "derived")
    await tally.rebuild()
    async with counting.read() as uow:
        assert await structure.description(uow.connection, "derived") == migrated
    assert any("fillfactor=70" in line for line in migrated)
    assert any("ix_purchase_of" in line and "WHERE" in line for line in migrated)
    assert any("ck_tally_positive" in line for line in migrated)
    assert any("of purchases" in line for line in migrated)


async def test_open_dead_letters_stay_left_out_until_they_are_replayed(tally: Tally, counting):
    await tally.run("INSERT INTO poison VALUES ('a bad deploy')")
    await publish(tally.bus, CUSTOMERS[0], 4, sku="poison")
    await publish(tally.bus, CUSTOMERS[0], 5, value=b"not json")
    await publish(tally.bus, CUSTOMERS[0], 6)
    await counted(counting, 22)
    before = await tally.derived()
    outcome = await tally.rebuild()
    assert outcome.dead_letters == 2
    assert await tally.derived() == before
    await tally.run("DELETE FROM poison")
    await tally.run("UPDATE dead_letter SET replay_requested_at = now() WHERE reason LIKE 'PermanentError%'")
    await counted(counting, 23)
    before = await tally.derived()
    outcome = await tally.rebuild()
    assert outcome.dead_letters == 1
    assert await tally.derived() == before


async def test_a_record_that_only_the_rebuild_cannot_fold_ends_it_and_is_named(tally: Tally, counting):
    await publish(tally.bus, CUSTOMERS[0], 4, sku="poison")
    await counted(counting, 22)
    before = await tally.derived()
    await tally.run("INSERT INTO poison VALUES ('a bad deploy')")
    with pytest.raises(RebuildError, match=r"activity/\d at offset \d+ cannot be folded \(PermanentError"):
        await tally.rebuild(rebuild_records=5)
    assert await tally.derived() == before


async def test_progress_is_said(tally: Tally, counting):
    await tally.rebuild()
    assert any(line.startswith("folding: 21 of 21 records") and "(100%" in line for line in tally.said)


async def test_a_fact_topic_that_lost_its_beginning_is_refused(tally: Tally, counting):
    before = await tally.derived()
    # Seven customers at random may leave a partition empty: nothing could be deleted there.
    used = await tally.number("SELECT min(partition) FROM consumer_position WHERE topic = 'activity' AND next > 0")
    admin = AIOKafkaAdminClient(bootstrap_servers=tally.bus.address)
    await admin.start()
    try:
        partition = TopicPartition(f"{tally.bus.prefix}.activity", used)
        await admin.delete_records({partition: RecordsToDelete(before_offset=1)})
    finally:
        await admin.close()
    with pytest.raises(RebuildError, match=rf"activity/{used} begins at 1"):
        await tally.rebuild()
    assert await tally.derived() == before
