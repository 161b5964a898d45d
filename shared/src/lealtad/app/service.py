"""The declaration of a service, and the shared parts of a running process."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import MetaData, text

from lealtad.app.housekeeping import Prune
from lealtad.clock import Clock, business_clock
from lealtad.db import Engine
from lealtad.due import DueAction
from lealtad.events.envelope import Event
from lealtad.events.subscriptions import READERS, Reader
from lealtad.kafka.client.end_offsets import Lookout
from lealtad.kafka.consume.batch import Processing
from lealtad.kafka.consume.projections import Projections, React
from lealtad.kafka.naming import group_of
from lealtad.kafka.recovery import consumption_pause
from lealtad.kafka.recovery.rebuild import CustomerPage
from lealtad.observability.health import Health
from lealtad.outbox.wakeup import Notifier
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database, UnitOfWork

Restore = Callable[[UnitOfWork, Sequence[Event[Any]]], Awaitable[Iterable[UUID]]]
"""Restores owned state from the service's own published events, in their order per key.

Must be safe to run again, and return the ids of events whose state it cannot restore. Must not block. May raise any
error: the events are then halved, until the one that fails is known and left out. Called by adopt-restore alone, while
the workers stand still.
"""


@dataclass(frozen=True, slots=True)
class Service:
    """The declaration of a service: its parts, by which the platform runs it.

    `on_start` makes what use cases find in `uow.resources`. `every_customer` lists whom `react` concerns, a page at a
    time: all are evaluated after a rebuild. `restore` serves a database restored from a back-up. `prunes` forget what
    its own tables need no longer. `commands` are further things `python -m <package>` can do.
    """

    name: str
    title: str
    description: str
    migrations: Path
    metadata: MetaData
    routers: Sequence[APIRouter]
    projections: Projections
    react: React
    settings: type[ServiceSettings] = ServiceSettings
    due_actions: Sequence[DueAction] = ()
    on_start: Callable[[Database, Any], Awaitable[Any]] | None = None
    every_customer: CustomerPage | None = None
    restore: Restore | None = None
    prunes: Sequence[Prune] = ()
    commands: Mapping[str, Callable[[], int]] = field(default_factory=dict)

    @property
    def reader(self) -> Reader:
        """What the service reads."""
        return READERS[self.name]

    @property
    def processing(self) -> Processing:
        """What the service does with what it reads; raises LookupError when a declared type has no projection."""
        processing = Processing(self.reader, self.projections, self.react)
        if missing := processing.types - self.projections.types:
            raise LookupError(f"{self.name} reads {sorted(missing)} but has no projection for them")
        return processing


@dataclass(slots=True)
class Runtime:
    """The parts of one running process."""

    service: Service
    settings: ServiceSettings
    clock: Clock
    database: Database
    health: Health
    lookout: Lookout

    @property
    def group(self) -> str:
        """The service's consumer group."""
        return group_of(self.settings, self.service.name)


@asynccontextmanager
async def open_runtime(service: Service, settings: ServiceSettings, process: str) -> AsyncIterator[Runtime]:
    """Open the database, begin to wake the relay, and make the service's own resources."""
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
        if service.on_start:
            database.resources = await service.on_start(database, settings)
        yield Runtime(service, settings, clock, database, health, lookout)
    finally:
        await notifier.stop()
        await lookout.close()
        await engine.dispose()


async def _answers(database: Database) -> None:
    async with database.read() as uow:
        await uow.connection.execute(text("SELECT 1"))
