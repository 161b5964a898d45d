"""Delete old rows, in small transactions, once an hour: the platform's, and those that a service names."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from lealtad.clock import system_now
from lealtad.db import Connection
from lealtad.db.engine import TRANSACTION_S
from lealtad.errors import is_transient
from lealtad.http import key_claims
from lealtad.journal import trace
from lealtad.kafka.consume import dead_letters
from lealtad.observability.health import Heartbeat
from lealtad.observability.metrics import HOUSEKEEPING_FAILURES, PRUNED_ROWS
from lealtad.outbox import archive
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)

INTERVAL_S = 3600.0
AT_ONCE = 10_000
"""Few enough for a short transaction."""


@dataclass(frozen=True, slots=True)
class Prune:
    """Rows that are deleted by age.

    `keep(settings)` says how long they are kept. `delete(connection, before, limit)` deletes at most `limit` of those
    stored before `before` (system time) and returns their number.
    """

    name: str
    keep: Callable[[Any], timedelta]
    delete: Callable[[Connection, datetime, int], Awaitable[int]]


PLATFORM = (
    Prune("journal", lambda settings: timedelta(days=settings.journal_days), trace.prune),
    Prune("idempotency-keys", lambda settings: timedelta(hours=settings.idempotency_hours), key_claims.prune),
    Prune("derived-events", lambda settings: timedelta(days=settings.event_archive_days), archive.prune),
    Prune("replayed-dead-letters", lambda settings: timedelta(days=settings.journal_days), dead_letters.prune),
)


class Housekeeping:
    """The hourly loop, until cancelled."""

    def __init__(
        self, database: Database, settings: ServiceSettings, prunes: Sequence[Prune], heartbeat: Heartbeat
    ) -> None:
        self._database = database
        self._settings = settings
        self._prunes = (*PLATFORM, *prunes)
        self._heartbeat = heartbeat

    async def run(self) -> None:
        """Delete once an hour until cancelled; after a failure go on in the next hour."""
        while True:
            try:
                await self.tidy()
            except Exception as error:
                if not is_transient(error):
                    raise
                HOUSEKEEPING_FAILURES.inc()
                log.warning("housekeeping_failed", error=type(error).__name__)
            self._heartbeat.declare_wait(INTERVAL_S)
            await asyncio.sleep(INTERVAL_S)

    async def tidy(self) -> None:
        """Delete the rows that are older than the settings keep them."""
        now = system_now()
        for prune in self._prunes:
            rows = await self._forget(prune, now - prune.keep(self._settings))
            if rows:
                PRUNED_ROWS.labels(what=prune.name).inc(rows)
                log.info("tidied_up", what=prune.name, rows=rows)

    async def _forget(self, prune: Prune, before: datetime) -> int:
        total, deleted = 0, AT_ONCE
        while deleted == AT_ONCE:
            self._heartbeat.declare_wait(TRANSACTION_S)
            async with self._database.begin() as uow:
                deleted = await prune.delete(uow.connection, before, AT_ONCE)
            total += deleted
        return total
