"""The unit of work: one database transaction, its emitted events, and the journal rows that explain it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from typing import Any, Protocol
from uuid import UUID

from lealtad.clock import Clock, system_now
from lealtad.db import Connection, Engine
from lealtad.events.cause import Cause, Lane, lane_of
from lealtad.events.envelope import Event, EventRef
from lealtad.events.model import Causes, EventData
from lealtad.flush import flush
from lealtad.ids import new_id
from lealtad.journal import Entry, Journal
from lealtad.outbox import Outbox

Touched = dict[UUID, list[Cause]]
"""Customers in ascending id, each with the causes that touched the customer in this transaction."""


class Phase(Enum):
    """The phase of a unit of work, which limits its effects."""

    OPEN = auto()
    PROJECT = auto()
    """Projection of derived state; emitting raises, so that a rebuild announces nothing."""
    SWEEP = auto()
    """Evaluation of all customers after a rebuild, although no event touched them."""


class Waker(Protocol):
    """A waker of the relay after new outbox rows."""

    def wake(self) -> None:
        """Return at once; several calls may become one wake-up."""
        ...


@dataclass(slots=True)
class UnitOfWork:
    """One transaction; see `Database.begin`."""

    connection: Connection
    now: datetime
    """Business time, read once."""
    resources: Any
    """The result of the service's `on_start`, such as a loaded model."""
    outbox: Outbox
    journal: Journal
    traceparent: str | None = None
    phase: Phase = Phase.OPEN

    def emit(
        self,
        data: EventData,
        *,
        key: UUID,
        causes: Sequence[Cause] = (),
        lane: Lane = Lane.LIVE,
        event_id: UUID | None = None,
        traceparent: str | None = None,
    ) -> EventRef:
        """Add an event to the outbox, which is written at the commit.

        Without causes the event is a fact: its own root, at depth 0, in `lane`, in the trace `traceparent` or else in
        that of the unit of work. With causes the event inherits the correlation and trace of the last cause. Its depth
        is the largest depth + 1, and its lane is backfill only if all causes are of that lane.
        Raise RuntimeError while derived state is projected, EventTooLargeError above 256 KiB.
        """
        if self.phase is Phase.PROJECT:
            raise RuntimeError("project folds derived state and emits nothing; announce in react")
        identity = event_id or new_id()
        cause = self._derived(identity, causes) if causes else self._root(identity, lane, traceparent)
        ref = EventRef(cause, data.type, key, system_now())
        self.outbox.add(ref, data, causes[-1].id if causes else None)
        if causes:
            self.journal.emitted(dict.fromkeys(item.id for item in causes), identity)
        else:
            topic = data.topic.in_lane(lane).name
            self.journal.add(Entry(identity, "fact", data.type, key, topic=topic, lane=lane.value))
        return ref

    async def allocate(self) -> None:
        """Draw the sequences of the events emitted so far, for rows that keep them."""
        await self.outbox.allocate(self.connection)

    async def flush(self) -> bool:
        """Write the events and notes so far; return whether there were events."""
        return await flush(self.connection, self.outbox, self.journal, self.now)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo the block with its events and notes when it raises; the transaction itself goes on."""
        events, rows = self.outbox.mark(), self.journal.mark()
        try:
            async with self.connection.transaction():
                yield
        except BaseException:
            self.outbox.restore(events)
            self.journal.restore(rows)
            raise

    def due_cause(self, key: UUID, action: str, lane: Lane = Lane.LIVE) -> Cause:
        """Return the cause of a due action for `key`, and journal the action."""
        cause = self._root(new_id(), lane)
        self.journal.add(Entry(cause.id, "due", action, key, lane=lane.value))
        return cause

    def note(self, keys: Iterable[UUID], text: str) -> None:
        """Set the journal's text about these customers: what happened, or why nothing happened."""
        self.journal.note(keys, text)

    def ignore(self, event: Event[EventData], reason: str) -> None:
        """Mark a consumed event as having no effect; it triggers no reaction."""
        self.journal.ignore(event.id, reason)

    def _root(self, identity: UUID, lane: Lane, traceparent: str | None = None) -> Cause:
        return replace(Cause.root(identity, traceparent or self.traceparent), lane=lane)

    def _derived(self, identity: UUID, causes: Sequence[Cause]) -> Cause:
        last, united = causes[-1], Causes.of(causes)
        return Cause(
            id=identity,
            correlation_id=last.correlation_id,
            depth=max(cause.depth for cause in causes) + 1,
            roots=tuple(united.ids),
            root_count=united.count,
            lane=lane_of(causes),
            traceparent=last.traceparent,
        )


class Database:
    """A service's database: units of work that write, and connections that only read."""

    def __init__(
        self, engine: Engine, *, service: str, clock: Clock, waker: Waker | None = None, resources: Any = None
    ) -> None:
        self.engine = engine
        self.service = service
        self.clock = clock
        self.waker = waker
        self.resources = resources

    @asynccontextmanager
    async def begin(
        self, *, now: datetime | None = None, traceparent: str | None = None, phase: Phase = Phase.OPEN
    ) -> AsyncIterator[UnitOfWork]:
        """Begin a transaction; at the end write outbox and journal, commit, and wake the relay. An error rolls back."""
        async with self.engine.begin() as connection:
            uow = self._unit(connection, now, traceparent, phase)
            yield uow
            emitted = await uow.flush()
        if emitted and self.waker:
            self.waker.wake()

    @asynccontextmanager
    async def read(self, *, now: datetime | None = None) -> AsyncIterator[UnitOfWork]:
        """Yield a connection for reading; each statement sees the newest committed state; no snapshot stays open."""
        async with self.engine.connect() as connection:
            yield self._unit(connection, now, None, Phase.PROJECT)

    def _unit(self, connection: Connection, now: datetime | None, traceparent: str | None, phase: Phase) -> UnitOfWork:
        return UnitOfWork(
            connection=connection,
            now=now or self.clock.now(),
            resources=self.resources,
            outbox=Outbox(self.service),
            journal=Journal(),
            traceparent=traceparent,
            phase=phase,
        )
