"""Forgetting what is old: journal rows and idempotency keys, in small transactions, once an hour."""

import asyncio
from datetime import timedelta

import structlog

from lealtad.clock import system_now
from lealtad.errors import is_transient
from lealtad.http import idempotency
from lealtad.journal import trace
from lealtad.observability.health import Heartbeat
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)

INTERVAL_S = 3600.0


class Housekeeping:
    """Runs until cancelled."""

    def __init__(self, database: Database, settings: ServiceSettings, heartbeat: Heartbeat) -> None:
        self._database = database
        self._settings = settings
        self._heartbeat = heartbeat

    async def run(self) -> None:
        """Tidy up for ever; a failure waits for the next hour."""
        while True:
            self._heartbeat.declare_wait(INTERVAL_S)
            try:
                await self.tidy()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("housekeeping_failed", error=type(error).__name__)
            await asyncio.sleep(INTERVAL_S)

    async def tidy(self) -> None:
        """Delete what is older than the settings keep."""
        now = system_now()
        async with self._database.begin() as uow:
            rows = await trace.prune(uow.connection, now - timedelta(days=self._settings.journal_days))
        async with self._database.begin() as uow:
            keys = await idempotency.prune(uow.connection, now - timedelta(hours=self._settings.idempotency_hours))
        if rows or keys:
            log.info("tidied_up", journal_rows=rows, idempotency_keys=keys)
