"""Metrics of overdue work and of open snapshots, which no other loop sees and which wake an operator."""

import asyncio
from collections.abc import Sequence

import structlog

from lealtad.db import snapshots
from lealtad.db.engine import TRANSACTION_S
from lealtad.due import DueAction, backlog
from lealtad.errors import is_transient
from lealtad.observability.health import Heartbeat
from lealtad.observability.metrics import DUE_BACKLOG, OLDEST_SNAPSHOT_SECONDS
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)

INTERVAL_S = 15.0


class OverdueMetrics:
    """The check, every fifteen seconds, until cancelled."""

    def __init__(self, database: Database, actions: Sequence[DueAction], heartbeat: Heartbeat) -> None:
        self._database = database
        self._actions = actions
        self._heartbeat = heartbeat

    async def run(self) -> None:
        """Check until cancelled; after a failure go on with the next check."""
        while True:
            self._heartbeat.declare_wait(INTERVAL_S + TRANSACTION_S)
            try:
                await self.look()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("vitals_failed", error=type(error).__name__)
            await asyncio.sleep(INTERVAL_S)

    async def look(self) -> None:
        """Set the metrics, and name in the log a session whose snapshot is older than a transaction may get."""
        async with self._database.read() as uow:
            held = await snapshots.oldest(uow.connection)
            for action, number in (await backlog.counted(uow.connection, self._actions, uow.now)).items():
                DUE_BACKLOG.labels(action=action).set(number)
        OLDEST_SNAPSHOT_SECONDS.set(held.age_s if held else 0)
        if held and held.age_s > TRANSACTION_S:
            log.warning("long_snapshot", pid=held.pid, application=held.application, age_s=round(held.age_s))
