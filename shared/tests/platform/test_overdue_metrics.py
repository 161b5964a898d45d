"""What holds the database up is seen and named."""

import asyncpg
from sqlalchemy import text
from structlog.testing import capture_logs

from lealtad.app import overdue_metrics
from lealtad.app.overdue_metrics import OverdueMetrics
from lealtad.due import DueAction
from lealtad.due.backlog import COUNTED
from lealtad.kafka.consume.progress import STATE
from lealtad.observability.health import Heartbeat
from lealtad.observability.metrics import REGISTRY

from .echo import ECHO

WAITING = text("INSERT INTO outbox (event) SELECT generate_series(1, :number)")
AGE = "lealtad_oldest_snapshot_seconds"


async def look(database, *actions):
    with capture_logs() as logs:
        await OverdueMetrics(database, actions, Heartbeat("vitals", 60)).look()
    return logs


async def test_a_snapshot_that_is_left_open_is_measured_and_from_a_minute_on_named(database_for, monkeypatch):
    database = await database_for(ECHO)
    url = database.engine.url
    assert await look(database) == []
    assert REGISTRY.get_sample_value(AGE) == 0
    holder = await asyncpg.connect(url, server_settings={"application_name": "a forgotten console"})
    try:
        async with holder.transaction(isolation="repeatable_read"):
            await holder.fetchval("SELECT count(*) FROM platform.outbox")
            young = await look(database)
            monkeypatch.setattr(overdue_metrics, "TRANSACTION_S", 0)
            old = await look(database)
            age = REGISTRY.get_sample_value(AGE)
    finally:
        await holder.close()

    assert young == []
    assert [(entry["event"], entry["application"]) for entry in old] == [("long_snapshot", "a forgotten console")]
    assert age is not None
    assert age > 0
    assert await look(database) == []
    assert REGISTRY.get_sample_value(AGE) == 0


async def test_work_that_is_due_is_counted(database_for):
    async def take(_uow, _limit):
        return 0

    await look(await database_for(ECHO), DueAction("rest", take, "SELECT generate_series(1, 17)"))

    assert REGISTRY.get_sample_value("lealtad_due_backlog", {"action": "rest"}) == 17


async def test_a_long_outbox_is_not_counted_to_its_end(database_for):
    database = await database_for(ECHO)
    async with database.begin() as uow:
        await uow.connection.execute(WAITING, {"number": COUNTED + 500})
        state = (await uow.connection.execute(STATE)).one()
        plan = "\n".join((await uow.connection.execute(text(f"EXPLAIN ANALYZE {STATE}"))).scalars())

    assert state.rows == COUNTED
    assert state.oldest_s >= 0
    assert f"rows={COUNTED + 500}" not in plan.replace(".00", "")
