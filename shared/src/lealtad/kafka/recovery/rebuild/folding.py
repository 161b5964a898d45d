"""Fold records into `derived_next`: `project` alone, without journal or reaction."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection
from lealtad.errors import reason_of
from lealtad.events.codec import Record
from lealtad.isolation import isolate_failures
from lealtad.kafka.consume import dead_letters
from lealtad.kafka.consume.batch import BatchHandler, Item, Processing
from lealtad.kafka.recovery.rebuild import structure
from lealtad.kafka.recovery.rebuild.errors import RebuildError, may_pass, patiently
from lealtad.unit_of_work import Database, Phase, UnitOfWork

OPEN_DEAD_LETTERS = text("""
    SELECT topic, partition, "offset" FROM dead_letter
    JOIN unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:offsets AS bigint[]))
        AS read (topic, partition, "offset") USING (topic, partition, "offset")
    WHERE replayed_at IS NULL
""")
REPLAYED = text("""
    SELECT topic, partition, "offset", key, headers, value FROM dead_letter
    JOIN unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:offsets AS bigint[]))
        AS left_out (topic, partition, "offset") USING (topic, partition, "offset")
    WHERE replayed_at IS NOT NULL
""")
HANDLED_ELSEWHERE = text("""
    SELECT EXISTS (
        SELECT FROM journal
        WHERE event_id = :event_id AND outcome <> 'dead'
          AND (topic, partition, "offset") <> (:topic, :partition, :offset))
""")


class Spot(NamedTuple):
    """One record of a topic."""

    topic: str
    partition: int
    offset: int


class Folding:
    """Folds into the tables that the rebuild `rebuild_id` made.

    What the live worker could not handle (`aside`: open dead letters) is not in the live tables and is left out of
    these, too, and so is what cannot be read at all (`unreadable`), and what cannot be folded and carries the id of
    another record: the worker took it for a copy. Anything else that cannot be folded ends the rebuild: the tables
    would lack what the live ones have.
    """

    def __init__(self, database: Database, processing: Processing, group: str, rebuild_id: UUID) -> None:
        self._database = database
        self._projections = processing.projections
        self._handler = BatchHandler(database, processing, group)
        self._id = rebuild_id
        self.aside: set[Spot] = set()
        self.unreadable: set[Spot] = set()

    def understand(self, records: Sequence[Record]) -> list[Item]:
        """Decode records of subscribed types."""
        return [self._handler.understand(record) for record in records]

    async def fold(self, items: Sequence[Item]) -> None:
        """Fold `items` in a transaction of their own; a record that fails is isolated."""
        await isolate_failures(items, self._attempt, self._set_aside, concerns_all=_ends_rebuild)

    async def _attempt(self, items: Sequence[Item]) -> Sequence[None]:
        await patiently(lambda: self._fold_alone(items))
        return ()

    async def _set_aside(self, item: Item, error: Exception) -> None:
        if not await self._is_copy(item):
            raise _unfoldable(item, error) from error
        self.unreadable.add(_spot(item))

    async def fold_in(self, uow: UnitOfWork, items: Sequence[Item]) -> None:
        """Fold `items` in a transaction that has begun; an event that the relay sent twice counts once."""
        await structure.require_signed(uow.connection, self._id)
        self.aside |= await _open_dead_letters(uow.connection, [_spot(item) for item in items])
        wanted = [item for item in items if _spot(item) not in self.aside]
        self.unreadable |= {_spot(item) for item in wanted if item.unreadable is not None}
        events = {item.event.id: item.event for item in reversed(wanted) if item.event is not None}
        await self._projections.run(uow, list(reversed(events.values())))

    async def fold_replayed(self, uow: UnitOfWork) -> None:
        """Fold the dead letters that were left out and have been handled since."""
        rows = await uow.connection.execute(REPLAYED, _columns(self.aside))
        replayed = self.understand([dead_letters.as_record(row) for row in rows])
        self.aside -= {_spot(item) for item in replayed}
        await self.fold_in(uow, replayed)

    async def _is_copy(self, item: Item) -> bool:
        """Whether the worker handled an event of the same id at another place, and so never this one."""
        async with self._database.read() as uow:
            values = {"event_id": item.event.id if item.event else None, **_spot(item)._asdict()}
            return bool(await uow.connection.scalar(HANDLED_ELSEWHERE, values))

    async def _fold_alone(self, items: Sequence[Item]) -> None:
        async with self._database.begin(phase=Phase.PROJECT) as uow:
            await self.fold_in(uow, items)


def _ends_rebuild(error: Exception) -> bool:
    return isinstance(error, RebuildError) or may_pass(error)


def _spot(item: Item) -> Spot:
    return Spot(item.record.topic, item.record.partition, item.record.offset)


async def _open_dead_letters(connection: Connection, spots: Sequence[Spot]) -> set[Spot]:
    return {Spot(*row) for row in await connection.execute(OPEN_DEAD_LETTERS, _columns(spots))}


def _columns(spots: Sequence[Spot] | set[Spot]) -> dict[str, list[str] | list[int]]:
    spots = list(spots)
    return {
        "topics": [spot.topic for spot in spots],
        "partitions": [spot.partition for spot in spots],
        "offsets": [spot.offset for spot in spots],
    }


def _unfoldable(item: Item, error: Exception) -> RebuildError:
    spot = _spot(item)
    return RebuildError(
        f"{spot.topic}/{spot.partition} at offset {spot.offset} cannot be folded ({reason_of(error)}), although the "
        "worker handled it. Mend its projection and run it again."
    )
