"""Partitions of one worker: a running batch ends before they are revoked, and reading starts at the stored position."""

import asyncio
from collections.abc import Iterable

import structlog
from aiokafka import ConsumerRebalanceListener
from aiokafka import TopicPartition as ClientPartition

from lealtad.kafka.client import group_offsets
from lealtad.kafka.consume import positions
from lealtad.kafka.consume.lanes import Lanes
from lealtad.kafka.naming import topic_of, topic_on_wire
from lealtad.kafka.offsets import TopicPartition
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is not typed
    """The partitions this worker owns and where it stands in each; `busy` is held while a batch runs."""

    def __init__(self, settings: ServiceSettings, database: Database, group: str, cluster: str, lanes: Lanes) -> None:
        self._settings = settings
        self._database = database
        self._group = group
        self._cluster = cluster
        self._lanes = lanes
        self.busy = asyncio.Lock()
        self.next: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self.failure: BaseException | None = None
        self.changed = False

    @property
    def partitions(self) -> set[int]:
        """The partition numbers owned: the same in every topic."""
        return {place.partition for place in self.next}

    async def on_partitions_revoked(self, revoked: Iterable[ClientPartition]) -> None:
        """Wait for the running batch: its position is committed before another worker reads on."""
        async with self.busy:
            self._lanes.let_go()
            for partition in revoked:
                self.next.pop(self.place(partition), None)
                self._committed.pop(self.place(partition), None)

    async def on_partitions_assigned(self, assigned: Iterable[ClientPartition]) -> None:
        """Seek to the positions in the database, whatever Kafka's own group offsets are."""
        try:
            async with self.busy:
                await self.seek(list(assigned))
        except Exception as error:  # noqa: BLE001 - aiokafka would swallow it; the consumer's loop raises it
            self.failure = error

    async def seek(self, assigned: list[ClientPartition]) -> None:
        """Own `assigned` and seek to their stored positions; without one, to the beginning."""
        places = {self.place(partition): partition for partition in assigned}
        # Read before the positions, which the former owner of the partitions may still move.
        committed = await group_offsets.committed(self._settings, self._group)
        async with self._database.begin() as uow:
            stored = await positions.read(uow.connection, self._group, places, self._cluster)
            missing = [partition for place, partition in places.items() if place not in stored]
            if missing:
                first = await self._lanes.live.beginning_offsets(missing)
                begin = {self.place(partition): offset for partition, offset in first.items()}
                await positions.create(uow.connection, self._group, begin, self._cluster)
                stored.update(begin)
        ends = await self._lanes.live.end_offsets(assigned)
        positions.require_within(stored, {place: ends[partition] for place, partition in places.items()})
        positions.require_not_older(stored, {place: at for place, at in committed.items() if place in places})
        if any(place not in committed for place in places):
            log.info("group_offsets_missing", detail="read on at the stored positions, which rule")
        self._lanes.seek({partition: stored[place] for place, partition in places.items()})
        self.next = {**self.next, **stored}
        self.changed = True
        log.info("partitions_assigned", partitions=len(self.next))

    async def commit_offsets(self) -> None:
        """Commit the positions to Kafka, for lag tools and to reveal a database restored from an older back-up."""
        moved = {place: offset for place, offset in self.next.items() if self._committed.get(place) != offset}
        if moved:
            await self._lanes.live.commit({self.on_wire(place): offset for place, offset in moved.items()})
            self._committed.update(moved)

    def place(self, partition: ClientPartition) -> TopicPartition:
        """Return our name of a partition."""
        return TopicPartition(topic_of(self._settings, partition.topic), partition.partition)

    def on_wire(self, place: TopicPartition) -> ClientPartition:
        """Return Kafka's name of a partition."""
        return ClientPartition(topic_on_wire(self._settings, place.topic), place.partition)
