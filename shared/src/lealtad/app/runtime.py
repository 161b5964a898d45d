"""The shared parts of a running process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text

from lealtad.app.service import Service
from lealtad.clock import Clock, business_clock
from lealtad.db import Engine
from lealtad.kafka.client.end_offsets import Lookout
from lealtad.kafka.naming import group_of
from lealtad.kafka.recovery import consumption_pause
from lealtad.observability.health import Health
from lealtad.outbox.wakeup import Notifier
from lealtad.settings import ProcessSettings, ServiceSettings
from lealtad.unit_of_work import Database


@dataclass(slots=True)
class ProcessRuntime:
    """The parts of every running process."""

    service: Service
    settings: ProcessSettings
    clock: Clock
    health: Health


@dataclass(slots=True)
class Runtime(ProcessRuntime):
    """The parts of a running process of a service with a database."""

    settings: ServiceSettings
    database: Database
    lookout: Lookout

    @property
    def group(self) -> str:
        """The service's consumer group."""
        return group_of(self.settings, self.service.name)


@asynccontextmanager
async def open_process(service: Service, settings: ProcessSettings, process: str) -> AsyncIterator[ProcessRuntime]:
    """Open what the service has: a `Runtime` where it has a database."""
    if not isinstance(settings, ServiceSettings):
        yield ProcessRuntime(service, settings, business_clock(settings.clock_file), Health())
        return
    async with open_runtime(service, settings, process) as runtime:
        yield runtime


@asynccontextmanager
async def open_runtime(service: Service, settings: ServiceSettings, process: str) -> AsyncIterator[Runtime]:
    """Open the database, begin to wake the relay, and make the service's own resources."""
    on_start = service.require_database().on_start
    url = settings.database_url.get_secret_value()
    engine = Engine(url, application=f"{service.name} {process}", pool=settings.database_pool)
    notifier = Notifier(url, service.name)
    clock = business_clock(settings.clock_file)
    database = Database(engine, service=service.name, clock=clock, waker=notifier)
    lookout = Lookout(settings)
    health = Health()
    health.check("database", lambda: _answers(database))
    health.check("restore", lambda: consumption_pause.reason(database))
    await notifier.start()
    try:
        if on_start:
            database.resources = await on_start(database, settings)
        yield Runtime(service, settings, clock, health, database, lookout)
    finally:
        await notifier.stop()
        await lookout.close()
        await engine.dispose()


async def _answers(database: Database) -> None:
    async with database.read() as uow:
        await uow.connection.execute(text("SELECT 1"))
