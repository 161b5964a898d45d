"""Try dead letters again on request."""

import asyncio
from contextlib import suppress

import structlog

from lealtad.db.engine import TRANSACTION_S
from lealtad.errors import is_transient, reason_of
from lealtad.kafka.consume import dead_letters
from lealtad.kafka.consume.batch import BatchHandler
from lealtad.observability.health import Heartbeat
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)

POLL_S = 1.0
AT_ONCE = 20


class ReplayLoop:
    """Handles requested dead letters one by one, each in a transaction of its own, until stopped."""

    def __init__(self, database: Database, handler: BatchHandler, heartbeat: Heartbeat) -> None:
        self._database = database
        self._handler = handler
        self._heartbeat = heartbeat
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Ask the loop to end."""
        self._stopping.set()

    async def run(self) -> None:
        """Look for requests until stopped; after a transient failure try again."""
        while not self._stopping.is_set():
            self._heartbeat.declare_wait(POLL_S)
            try:
                await self.replay_requested()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("replay_failed", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), POLL_S)

    async def replay_requested(self) -> int:
        """Try the requested dead letters again; return their number."""
        async with self._database.read() as uow:
            wanted = await dead_letters.requested(uow.connection, AT_ONCE)
        for identity, record in wanted:
            self._heartbeat.declare_wait(TRANSACTION_S)
            item = self._handler.understand(record)
            try:
                await self._handler.replay(identity, item)
            except Exception as error:
                if is_transient(error):
                    raise
                await self._handler.bury(item, {}, reason_of(error))
        return len(wanted)
