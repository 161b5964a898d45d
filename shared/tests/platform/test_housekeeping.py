"""What is old is forgotten, however much it is."""

from datetime import timedelta

from sqlalchemy import text

from lealtad.app import housekeeping
from lealtad.app.housekeeping import Housekeeping, Prune
from lealtad.clock import system_now
from lealtad.observability.health import Heartbeat
from lealtad.settings import ServiceSettings
from lealtad.testing.postgres import settings_for

from .echo import ECHO

JOURNAL = text("""
    INSERT INTO journal (event_id, kind, type, lane, outcome, business_at, stored_at)
    SELECT gen_random_uuid(), 'fact', 'a.type', 'live', 'applied', now(), clock_timestamp() - CAST(:age AS interval)
    FROM generate_series(1, :number)
""")
KEYS = text("""
    INSERT INTO idempotency_key (scope, body_hash, stored_at)
    SELECT uuid_send(gen_random_uuid()), '', clock_timestamp() - CAST(:age AS interval)
    FROM generate_series(1, :number)
""")
LETTERS = text("""
    INSERT INTO dead_letter (id, topic, partition, "offset", headers, reason, stored_at, replayed_at)
    SELECT gen_random_uuid(), 'activity', 0, CAST(:start AS bigint) + number, '{}', 'wrong',
           now() - interval '99 days', CAST(:replayed_at AS timestamptz)
    FROM generate_series(1, :number) AS number
""")
LEFT = text("""
    SELECT (SELECT count(*) FROM journal) AS rows, (SELECT count(*) FROM idempotency_key) AS keys,
           (SELECT count(*) FROM dead_letter) AS letters
""")
TENDED = text("""
    SELECT relname FROM pg_class
    WHERE relnamespace = 'platform'::regnamespace AND reloptions::text LIKE '%autovacuum_vacuum_threshold%'
""")


async def test_all_that_is_old_is_forgotten_in_small_transactions(database_for, monkeypatch):
    monkeypatch.setattr(housekeeping, "AT_ONCE", 10)
    database = await database_for(ECHO)
    async with database.begin() as uow:
        for statement in (JOURNAL, KEYS):
            await uow.connection.execute(statement, {"age": timedelta(days=40), "number": 35})
            await uow.connection.execute(statement, {"age": timedelta(0), "number": 3})
        long_ago = uow.now - timedelta(days=5000)
        await uow.connection.execute(LETTERS, {"start": 0, "number": 25, "replayed_at": long_ago})
        await uow.connection.execute(LETTERS, {"start": 100, "number": 4, "replayed_at": None})
    url = database.engine.url
    settings: ServiceSettings = settings_for(ECHO, url)

    await Housekeeping(database, settings, (), Heartbeat("housekeeping", 60)).tidy()

    async with database.read() as uow:
        assert (await uow.connection.execute(LEFT)).one() == (3, 3, 4)


async def test_a_service_forgets_its_own_rows_too(database_for):
    database = await database_for(ECHO)
    left, asked = [3, housekeeping.AT_ONCE], []

    async def take(_connection, before, limit):
        asked.append((before, limit))
        return left.pop()

    settings = settings_for(ECHO, database.engine.url, journal_days=7)
    prune = Prune("things", lambda settings: timedelta(days=settings.journal_days), take)

    await Housekeeping(database, settings, (prune,), Heartbeat("housekeeping", 60)).tidy()

    assert left == []
    assert {limit for _, limit in asked} == {housekeeping.AT_ONCE}
    assert timedelta(days=6.9) < system_now() - asked[0][0] < timedelta(days=7.1)


async def test_autovacuum_looks_after_what_comes_and_goes_by_number_of_rows(database_for):
    database = await database_for(ECHO)

    async with database.read() as uow:
        tended = set((await uow.connection.execute(TENDED)).scalars())

    assert tended == {"outbox", "journal", "idempotency_key", "emitted_event", "pending_reaction"}
