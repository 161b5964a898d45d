"""A database of before events were kept comes to keep them without losing what waits for the relay."""

from types import SimpleNamespace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from lealtad.db.engine import asyncpg_url
from lealtad.db.migrations import keep_emitted_events
from lealtad.ids import new_id
from lealtad.testing.driving import emitted

from .echo import ECHO
from .publishing import a_purchase

BEFORE = """
    ALTER TABLE platform.outbox ADD COLUMN event_id uuid, ADD COLUMN topic varchar, ADD COLUMN key bytea,
        ADD COLUMN headers jsonb, ADD COLUMN value bytea;
    UPDATE platform.outbox SET event_id = gen_random_uuid(), topic = kept.topic, key = kept.key,
        headers = kept.headers, value = kept.value
    FROM platform.emitted_event AS kept WHERE kept.seq = outbox.event;
    ALTER TABLE platform.outbox DROP COLUMN event;
    DROP TABLE platform.emitted_event
"""


async def test_what_waited_in_the_outbox_goes_on_waiting_and_new_events_follow_it(database_for):
    database, customer = await database_for(ECHO), new_id()
    for _ in range(3):
        await emit(database, customer)
    async with database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM outbox WHERE seq = 1"))
        await connection.run_script(BEFORE)

    migrating = create_async_engine(asyncpg_url(database.engine.url))
    for _ in range(2):  # a second run finds nothing to do
        async with migrating.begin() as connection:
            await connection.run_sync(lambda bound: keep_emitted_events(SimpleNamespace(get_bind=lambda: bound)))
    await migrating.dispose()
    await emit(database, customer)

    assert [event.sequence for event in await emitted(database)] == [2, 3, 4]


async def emit(database, customer):
    async with database.begin() as uow:
        uow.emit(a_purchase(customer), key=customer)
