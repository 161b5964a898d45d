"""Wake-up of the relay across processes: one coalesced `NOTIFY` after commits, and a `LISTEN` in the relay.

The notification has a connection of its own. Inside a business transaction, `NOTIFY` would take a lock that is global
to the database cluster at every commit.
"""

import asyncio
import contextlib

import asyncpg
import structlog

from lealtad.db.engine import plain_dsn, server_settings
from lealtad.errors import is_of_the_database

CHANNEL = "lealtad_outbox"
RECONNECT_S = 1.0

log = structlog.get_logger(__name__)


class Notifier:
    """The sender of one `NOTIFY` for all wake-ups since the last. A lost one costs a poll interval, never an event."""

    def __init__(self, database_url: str, service: str) -> None:
        self._dsn = plain_dsn(database_url)
        self._service = service
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Ask for a notification; return at once."""
        self._wanted.set()

    async def start(self) -> None:
        """Start the task that sends notifications."""
        self._task = asyncio.create_task(self._send_for_ever(), name="notifier")

    async def stop(self) -> None:
        """Stop the task that sends notifications."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _send_for_ever(self) -> None:
        while True:
            try:
                await self._send_on_one_connection()
            except Exception as error:
                if not is_of_the_database(error):
                    raise
                log.warning("notifier_lost_connection", error=type(error).__name__)
                await asyncio.sleep(RECONNECT_S)

    async def _send_on_one_connection(self) -> None:
        settings = server_settings(f"{self._service} notifier")
        connection = await asyncpg.connect(self._dsn, server_settings=settings, timeout=10, command_timeout=10)
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                await connection.execute(f"NOTIFY {CHANNEL}")
        finally:
            connection.terminate()
