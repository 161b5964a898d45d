"""Somebody else's open snapshot keeps dead outbox rows from being cleaned up; events pass all the same."""

import asyncpg

from lealtad.db.engine import plain_dsn
from lealtad.ids import new_id
from lealtad.testing.postgres import TestDatabases

from .conftest import Bus, WorkerFactory
from .echo import ECHO
from .publishing import a_purchase

EVENTS, AT_ONCE = 3_000, 100


async def test_events_are_relayed_in_order_under_an_open_snapshot_that_holds_their_dead_rows(
    bus: Bus, databases: TestDatabases, worker_of: WorkerFactory
):
    url = await databases.create_url(ECHO)
    holder = await asyncpg.connect(plain_dsn(url))
    snapshot = holder.transaction(isolation="repeatable_read")
    await snapshot.start()
    await holder.fetchval("SELECT count(*) FROM platform.outbox")
    customers = [new_id() for _ in range(AT_ONCE)]
    async with worker_of(ECHO, url) as (_, runtime):
        for _ in range(EVENTS // AT_ONCE):
            async with runtime.database.begin() as uow:
                for customer in customers:
                    uow.emit(a_purchase(customer), key=customer)
        records = await bus.read("activity", EVENTS)
    unseen = await holder.fetchval("SELECT count(*) FROM platform.outbox")
    await snapshot.rollback()
    await holder.close()
    assert unseen == 0  # the snapshot was open all the time, from before the first event
    sequences = [
        int(dict(record.headers)["ce_sequence"]) for record in records if record.key == str(customers[0]).encode()
    ]
    assert sequences == sorted(set(sequences)) == list(range(1, EVENTS // AT_ONCE + 1))
