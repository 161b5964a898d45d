"""Forgetting what is old: journal rows, idempotency keys and derived events, in small transactions, once an hour."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from lealtad.clock import system_now
from lealtad.errors import is_transient
from lealtad.http import idempotency
from lealtad.journal import trace
from lealtad.observability.health import Heartbeat
from lealtad.outbox import archive
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)

INTERVAL_S = 3600.0
AT_ONCE = 10_000
"""Few enough for a short transaction."""

Prune = Callable[[AsyncConnection, datetime, int], Awaitable[int]]


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
        rows = await self._prune(trace.prune, now - timedelta(days=self._settings.journal_days))
        keys = await self._prune(idempotency.prune, now - timedelta(hours=self._settings.idempotency_hours))
        events = await self._prune(archive.prune, now - timedelta(days=self._settings.event_archive_days))
        if rows or keys or events:
            log.info("tidied_up", journal_rows=rows, idempotency_keys=keys, derived_events=events)

    async def _prune(self, prune: Prune, before: datetime) -> int:
        total, pruned = 0, AT_ONCE
        while pruned == AT_ONCE:
            async with self._database.begin() as uow:
                pruned = await prune(uow.connection, before, AT_ONCE)
            total += pruned
        return total
