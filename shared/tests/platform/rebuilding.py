"""A service whose derived state can be rebuilt, as tests see it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import text

from lealtad.app.runtime import Runtime, open_runtime
from lealtad.kafka.recovery.rebuild import Outcome, rebuild
from lealtad.testing.postgres import settings_for
from lealtad.testing.tables import rows_of
from lealtad.unit_of_work import Database

from .conftest import Bus, until
from .tally import TALLY


@dataclass
class Tally:
    """The counting service on its own database and topics."""

    bus: Bus
    url: str
    said: list[str] = field(default_factory=list)

    async def rebuild(self, **values: object) -> Outcome:
        """Rebuild it as the command does."""
        async with self._runtime(**values) as runtime:
            processing, customers = TALLY.processing, TALLY.stream.every_customer
            return await rebuild(runtime.settings, runtime.database, processing, customers, self.said.append)

    async def derived(self) -> dict[str, list[str]]:
        """Return everything in the derived tables."""
        return await rows_of(self.url)

    async def run(self, sql: str, **values: object) -> None:
        """Do something to the database."""
        async with self._runtime() as runtime, runtime.database.begin() as uow:
            await uow.connection.execute(text(sql), values)

    async def number(self, sql: str, **values: object) -> int:
        """Ask for one number; raises TypeError where there is none."""
        async with self._runtime() as runtime, runtime.database.read() as uow:
            return int(await uow.connection.scalar(text(sql), values))

    async def announced(self) -> int:
        """Return how many scores were ever announced."""
        return await self.number("SELECT coalesce(sum(last), 0) FROM sequence_counter WHERE topic = 'scores'")

    @asynccontextmanager
    async def _runtime(self, **values: object) -> AsyncIterator[Runtime]:
        settings = settings_for(
            TALLY, self.url, kafka_bootstrap=self.bus.address, topic_prefix=self.bus.prefix, **values
        )
        async with open_runtime(TALLY, settings, "rebuild") as runtime:
            yield runtime


async def counted(database: Database, number: int) -> None:
    """Wait until so many purchases are counted and the relay has sent everything."""

    async def settled() -> bool:
        async with database.read() as uow:
            sql = "SELECT (SELECT sum(number) FROM tally) = :number AND NOT EXISTS (SELECT FROM outbox)"
            return bool(await uow.connection.scalar(text(sql), {"number": number}))

    await until(settled)
