"""What is old is forgotten, however much it is."""

from datetime import timedelta

from sqlalchemy import text

from lealtad.app import housekeeping
from lealtad.app.housekeeping import Housekeeping
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
LEFT = text("SELECT (SELECT count(*) FROM journal) AS rows, (SELECT count(*) FROM idempotency_key) AS keys")


async def test_all_that_is_old_is_forgotten_in_small_transactions(database_for, monkeypatch):
    monkeypatch.setattr(housekeeping, "AT_ONCE", 10)
    database = await database_for(ECHO)
    async with database.begin() as uow:
        for statement in (JOURNAL, KEYS):
            await uow.connection.execute(statement, {"age": timedelta(days=40), "number": 35})
            await uow.connection.execute(statement, {"age": timedelta(0), "number": 3})
    url = database.engine.url.render_as_string(hide_password=False)
    settings: ServiceSettings = settings_for(ECHO, url)

    await Housekeeping(database, settings, Heartbeat("housekeeping", 60)).tidy()

    async with database.read() as uow:
        assert (await uow.connection.execute(LEFT)).one() == (3, 3)
