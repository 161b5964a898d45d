"""The wake-up of a relay after a commit, by one coalesced NOTIFY on a separate connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from lealtad_bench.floor.layout import Stage


class Bell:
    """A bell for the relay of one stage; several rings may become one."""

    def __init__(self) -> None:
        self._wanted = asyncio.Event()

    def ring(self) -> None:
        """Request a notification, and return at once."""
        self._wanted.set()

    @classmethod
    @asynccontextmanager
    async def of(cls, stage: Stage, database_url: str) -> AsyncIterator["Bell"]:
        """Yield the bell of a stage, which works until the block ends."""
        bell, connection = cls(), await asyncpg.connect(database_url, timeout=10, command_timeout=10)
        ringing = asyncio.create_task(bell._ring(connection, stage.schema))
        try:
            yield bell
        finally:
            ringing.cancel()
            await asyncio.wait({ringing})
            connection.terminate()

    async def _ring(self, connection: asyncpg.Connection, channel: str) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await connection.execute(f"NOTIFY {channel}")
