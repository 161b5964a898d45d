"""One batch, one transaction: positions, project, react, journal and outbox commit together or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lealtad.events.attributes import DecodeError
from lealtad.events.cause import Cause, Lane
from lealtad.events.codec import Record, decode
from lealtad.events.envelope import Event
from lealtad.events.subscriptions import Reader
from lealtad.journal import Entry, Outcome
from lealtad.kafka.consume import dead_letters, deferred_reactions, positions
from lealtad.kafka.consume.projections import Projections, React
from lealtad.kafka.offsets import OffsetMove, TopicPartition
from lealtad.observability.metrics import CONSUMER_EVENTS
from lealtad.unit_of_work import Database, Phase, Touched, UnitOfWork

CausesByPlace = dict[tuple[int, UUID], list[Cause]]
"""The causes that touched customers in this batch, by partition and customer."""


@dataclass(frozen=True, slots=True)
class Item:
    """A polled record: understood, not subscribed to (neither event nor reason), or unreadable for a reason."""

    record: Record
    event: Event[Any] | None = None
    unreadable: str | None = None

    @property
    def is_skipped(self) -> bool:
        """Whether the service reads no such type."""
        return self.event is None and self.unreadable is None

    @property
    def place(self) -> TopicPartition:
        """The partition it stood in."""
        return TopicPartition(self.record.topic, self.record.partition)


@dataclass(frozen=True, slots=True)
class Processing:
    """How a service handles events: its projections and its reaction."""

    reader: Reader
    projections: Projections
    react: React

    @property
    def waits(self) -> dict[str, int]:
        """Milliseconds that the reaction to an event waits for a follow-up, by topic."""
        return {item.topic.name: item.react_after_ms for item in self.reader.subscriptions}

    @property
    def types(self) -> frozenset[str]:
        """The event types that are read."""
        return frozenset(model.type for item in self.reader.subscriptions for model in item.types)


class BatchHandler:
    """Handles batches of one service in transactions of their own."""

    def __init__(
        self, database: Database, processing: Processing, group: str, waits: Mapping[str, int] | None = None
    ) -> None:
        self._database = database
        self._processing = processing
        self._group = group
        self._types = processing.types
        self._waits = processing.waits if waits is None else waits

    def understand(self, record: Record) -> Item:
        """Decode `record` if its type is subscribed to."""
        claimed = record.type
        if claimed is not None and claimed not in self._types and claimed.startswith("lealtad."):
            return Item(record)
        try:
            return Item(record, event=decode(record))
        except DecodeError as error:
            return Item(record, unreadable=str(error))

    async def handle(self, items: Sequence[Item], moves: Mapping[TopicPartition, OffsetMove]) -> datetime | None:
        """Handle `items` and move the positions; return when the first reaction that now waits is due, if any."""
        if all(item.is_skipped for item in items):
            async with self._database.read() as uow:
                await positions.move(uow.connection, self._group, moves)
            self._count(items, ())
            return None
        async with self._database.begin() as uow:
            fresh, earliest = await self._take_in(uow, items, moves, self._waits)
        self._count(items, fresh)
        return earliest

    async def replay(self, dead_letter_id: UUID, item: Item) -> None:
        """Handle a dead letter again and react at once, unless another worker has it or its request was withdrawn."""
        async with self._database.begin() as uow:
            if not await dead_letters.claim(uow.connection, dead_letter_id):
                return
            fresh, _ = await self._take_in(uow, [item], {}, None)
            await dead_letters.mark_replayed(uow.connection, dead_letter_id)
        self._count([item], fresh)

    async def bury(self, item: Item, move: Mapping[TopicPartition, OffsetMove], reason: str) -> None:
        """Store a record that cannot be handled as a dead letter, and move the position past it."""
        async with self._database.begin() as uow:
            if move:
                await positions.move(uow.connection, self._group, move)
            entry = entry_of(item.event) if item.event else None
            await dead_letters.bury(uow, item.record, reason, entry)
        CONSUMER_EVENTS.labels(topic=item.record.topic, outcome="dead").inc()

    async def handle_waiting(self, partitions: Iterable[int], limit: int) -> int:
        """React for customers who waited long enough; return their number."""
        async with self._database.begin() as uow:
            touched = await deferred_reactions.pop_due(uow.connection, partitions, limit)
            if touched:
                _explain(uow, touched)
                await self._processing.react(uow, touched)
        return len(touched)

    async def release_backfill(self, partitions: Iterable[int], limit: int) -> int:
        """Let at most `limit` customers, who wait for the end of a backfill, be due now; return their number."""
        async with self._database.begin() as uow:
            return await deferred_reactions.release(uow.connection, partitions, limit)

    async def postpone_waiting(self, partitions: Iterable[int], after_s: float, reason: str) -> None:
        """Postpone the first due reaction, which fails, so that the others go on."""
        async with self._database.begin() as uow:
            touched = await deferred_reactions.postpone_first(uow.connection, partitions, after_s)
            _explain(uow, touched)
            uow.note(touched, f"the reaction fails and is tried again every {after_s:.0f} s: {reason}")

    async def _take_in(
        self,
        uow: UnitOfWork,
        items: Sequence[Item],
        moves: Mapping[TopicPartition, OffsetMove],
        waits: Mapping[str, int] | None,
    ) -> tuple[list[Event[Any]], datetime | None]:
        events = [item.event for item in items if item.event is not None]
        first = {event.id: event for event in reversed(events)}
        parted = _by_wait(events, waits)
        known, waited = await positions.move(uow.connection, self._group, moves, first, parted.get(0, ()))
        for item in items:
            if item.unreadable is not None:
                await dead_letters.bury(uow, item.record, item.unreadable, None)
        fresh = [event for event in events if event is first[event.id] and event.id not in known]
        if not fresh and not waited:
            return fresh, None
        return fresh, await self._apply(uow, fresh, waited, waits)

    async def _apply(
        self, uow: UnitOfWork, events: Sequence[Event[Any]], waited: Touched, waits: Mapping[str, int] | None
    ) -> datetime | None:
        for event in events:
            uow.journal.add(entry_of(event))
        uow.phase = Phase.PROJECT
        await self._processing.projections.run(uow, events)
        uow.phase = Phase.OPEN
        touching = [event for event in events if not uow.journal.is_ignored(event.id)]
        _coalesce(uow, touching)
        parted = _by_wait(touching, waits)
        await self._react(uow, parted.pop(0, {}), waited)
        deferred = [
            await deferred_reactions.defer(uow.connection, causes, wait_ms) for wait_ms, causes in parted.items()
        ]
        return min(filter(None, deferred), default=None)

    async def _react(self, uow: UnitOfWork, causes: CausesByPlace, waited: Touched) -> None:
        touched = dict(waited)
        for (_, key), found in causes.items():
            touched[key] = waited.get(key, []) + found
        if touched:
            _explain(uow, waited)
            await self._processing.react(uow, dict(sorted(touched.items())))

    def _count(self, items: Sequence[Item], fresh: Sequence[Event[Any]]) -> None:
        kept = {event.id for event in fresh}
        for item in items:
            if item.unreadable is not None:
                outcome = "dead"
            elif item.event is None:
                outcome = "skipped"
            else:
                outcome = "applied" if item.event.id in kept else "duplicate"
            CONSUMER_EVENTS.labels(topic=item.record.topic, outcome=outcome).inc()


def moves_of(items: Sequence[Item], position: Mapping[TopicPartition, int]) -> dict[TopicPartition, OffsetMove]:
    """Return where the positions go when `items`, in order per partition, are handled."""
    ends: dict[TopicPartition, int] = {}
    for item in items:
        ends[item.place] = item.record.offset + 1
    return {place: OffsetMove(position[place], end) for place, end in ends.items()}


def entry_of(event: Event[Any]) -> Entry:
    """Return the journal row of a consumed event, applied unless something else is said."""
    return Entry(
        event.id,
        "event",
        event.type,
        event.key,
        parent_id=event.causation_id,
        topic=event.topic,
        partition=event.partition,
        offset=event.offset,
        lane=event.lane.value,
        outcome=Outcome.APPLIED,
    )


def _by_wait(events: Sequence[Event[Any]], waits: Mapping[str, int] | None) -> dict[int | None, CausesByPlace]:
    """Part the customers by how long the reaction to them waits: milliseconds, or None for the end of a backfill."""
    causes: CausesByPlace = {}
    shortest: dict[tuple[int, UUID], int | None] = {}
    for event in events:
        place = (event.partition, event.key)
        causes.setdefault(place, []).append(event.cause)
        known = (shortest.get(place), _wait_of(event, waits))
        shortest[place] = min((wait_ms for wait_ms in known if wait_ms is not None), default=None)
    parted: dict[int | None, CausesByPlace] = {}
    for place, wait_ms in shortest.items():
        parted.setdefault(wait_ms, {})[place] = causes[place]
    return parted


def _wait_of(event: Event[Any], waits: Mapping[str, int] | None) -> int | None:
    """Return how long the reaction waits: None for the end of the backfill; without `waits` it never does."""
    if waits is None:
        return 0
    return None if event.lane is Lane.BACKFILL else waits.get(event.topic, 0)


def _explain(uow: UnitOfWork, waited: Touched) -> None:
    """Give what is said about customers whose reaction waited to the events that it waited for."""
    for key, causes in waited.items():
        uow.journal.waited(key, (cause.id for cause in causes))


def _coalesce(uow: UnitOfWork, events: Sequence[Event[Any]]) -> None:
    """Mark all but the last event of a customer as coalesced: several events lead to one reaction."""
    by_key: dict[UUID, list[UUID]] = {}
    for event in events:
        by_key.setdefault(event.key, []).append(event.id)
    for ids in by_key.values():
        if len(ids) > 1:
            uow.journal.coalesce(ids, ids[-1])
