"""Drive a service in-process: deliver events as a worker does, run due actions, read emitted events."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from lealtad.app import Service
from lealtad.app.api import create_api
from lealtad.app.runtime import Runtime
from lealtad.clock import Clock
from lealtad.db import Connection
from lealtad.due import DueLoop
from lealtad.events.codec import Record, decode
from lealtad.events.envelope import Event
from lealtad.http import SCOPES, mint_token
from lealtad.kafka.client.end_offsets import Lookout
from lealtad.kafka.consume.batch import BatchHandler, Item
from lealtad.observability.health import Health, Heartbeat
from lealtad.testing.postgres import settings_for
from lealtad.unit_of_work import Database, Phase

OUTBOX = text("""
    SELECT outbox.seq, topic, key, headers, value FROM outbox JOIN emitted_event ON emitted_event.seq = outbox.event
    WHERE outbox.seq > :after ORDER BY outbox.seq
""")
NEWEST = text("SELECT coalesce(max(seq), 0) FROM outbox")


async def deliver(
    service: Service, database: Database, events: Sequence[Event[Any]], *, now: datetime | None = None
) -> list[Event[Any]]:
    """Handle `events` as one polled batch, without waits for follow-ups; return the emitted events."""
    before = await _newest(database)
    if now is not None:
        _set(database.clock, now)
    handler = BatchHandler(database, service.processing, f"test.{service.name}", waits={})
    items = [Item(Record(item.topic, item.partition, item.offset, None, (), None), event=item) for item in events]
    await handler.handle(items, {})
    return await emitted(database, after=before)


async def end_backfill(service: Service, database: Database) -> list[Event[Any]]:
    """React for the customers of a backfill, as at its end; return the emitted events."""
    before = await _newest(database)
    handler = BatchHandler(database, service.processing, f"test.{service.name}")
    released = await handler.release_backfill([0], limit=1000)
    await handler.handle_waiting([0], limit=released)
    return await emitted(database, after=before)


async def run_due(service: Service, database: Database, *, now: datetime | None = None) -> list[Event[Any]]:
    """Run every due action until nothing is due; return the emitted events."""
    before = await _newest(database)
    if now is not None:
        _set(database.clock, now)
    actions = service.require_stream().due_actions
    loop = DueLoop(database, actions, poll_s=1, heartbeat=Heartbeat("test", 60))
    for action in actions:
        await loop.run_all(action)
    return await emitted(database, after=before)


async def restore(service: Service, database: Database, events: Sequence[Event[Any]]) -> set[UUID]:
    """Restore own state from own events; return the ids of events that the service cannot use."""
    restore_events = service.require_database().restore
    if restore_events is None:
        raise LookupError(f"{service.name} has no `restore`")
    async with database.begin(phase=Phase.PROJECT) as uow:
        return set(await restore_events(uow, events))


async def emitted(database: Database, *, after: int = 0) -> list[Event[Any]]:
    """Return the events in the outbox, oldest first."""
    async with database.read() as uow:
        rows = await uow.connection.execute(OUTBOX, {"after": after})
        return [decode(_record(row)) for row in rows if not row.topic.endswith(".dlq")]


def client_for(service: Service, database: Database, **values: object) -> httpx.AsyncClient:
    """Return a client of the service's API in this process, with a token of all scopes; the caller closes it."""
    url = database.engine.url
    settings = settings_for(service, url, **values)
    runtime = Runtime(service, settings, database.clock, Health(), database, Lookout(settings))
    token = mint_token(settings, "tester", SCOPES)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=create_api(runtime)),
        base_url="http://service.test",
        headers={"Authorization": f"Bearer {token}"},
    )


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect the SQL statements that the block executes."""
    seen: list[str] = []

    database.engine.listeners.append(seen.append)
    try:
        yield seen
    finally:
        database.engine.listeners.remove(seen.append)


class _Undo(Exception):  # noqa: N818 - no failure
    """The signal that rolls a transaction back."""


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[Connection]:
    """Yield a connection with a transaction that is rolled back."""
    with suppress(_Undo):
        async with database.engine.begin() as connection:
            yield connection
            raise _Undo


async def _newest(database: Database) -> int:
    async with database.read() as uow:
        return int(await uow.connection.scalar(NEWEST) or 0)


def _record(row: Any) -> Record:
    headers = tuple((name, value.encode()) for name, value in row.headers.items())
    return Record(row.topic, 0, row.seq, row.key, headers, row.value)


def _set(clock: Clock, moment: datetime) -> None:
    set_clock = getattr(clock, "set", None)
    if set_clock is None:
        raise TypeError("this database runs on a clock that cannot be set; give it a FixedClock")
    set_clock(moment)
