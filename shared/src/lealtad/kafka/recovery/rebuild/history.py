"""Read topics from their beginnings, outside of any group, and never beyond the live worker's positions."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from aiokafka import TopicPartition as ClientPartition
from aiokafka.structs import ConsumerRecord

from lealtad.events.codec import Record
from lealtad.events.topics import Kind, Topic
from lealtad.kafka.client.end_offsets import Lookout
from lealtad.kafka.client.reading_client import create_reading_client
from lealtad.kafka.consume import positions
from lealtad.kafka.naming import topic_of, topic_on_wire
from lealtad.kafka.offsets import TopicPartition
from lealtad.kafka.recovery.rebuild.errors import RebuildError
from lealtad.kafka.security import connection_options
from lealtad.settings import ServiceSettings

TIMEOUT_S = 30.0
POLL_MS = 1000


class History:
    """All partitions of `topics`, open between `async with`; `at` is the offset up to which each was read."""

    def __init__(self, settings: ServiceSettings, topics: Iterable[Topic]) -> None:
        self._settings = settings
        self._topics = {topic.name: topic for topic in topics}
        self._client = create_reading_client(
            **connection_options(settings),
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=20_000,
        )
        self.first: dict[TopicPartition, int] = {}
        self.at: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._open()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        await self._close()

    async def read(self, limits: Mapping[TopicPartition, int], at_most: int) -> list[Record]:
        """Return up to `at_most` further records below `limits`, in order per partition; none when they are slow."""
        wanted = {self._on_wire(place): limit for place, limit in limits.items() if self.at[place] < limit}
        if not wanted:
            return []
        found = await self._client.getmany(*wanted, timeout_ms=POLL_MS, max_records=at_most)
        for partition, limit in wanted.items():
            # Beyond the last record, where those that followed were compacted away.
            reached = await self._client.position(partition)
            if reached > limit:
                self._client.seek(partition, limit)
            self.at[self._place(partition)] = min(reached, limit)
        return [
            self._as_record(record)
            for partition, records in found.items()
            for record in records
            if record.offset < wanted[partition]
        ]

    def remaining(self, limits: Mapping[TopicPartition, int]) -> int:
        """Return how many offsets are left below `limits`."""
        return sum(max(0, limit - self.at[place]) for place, limit in limits.items())

    def rewind(self, at: Mapping[TopicPartition, int]) -> None:
        """Read on from `at`."""
        for place, offset in at.items():
            self._client.seek(self._on_wire(place), offset)
        self.at = dict(at)

    async def require_complete(self, limits: Mapping[TopicPartition, int]) -> None:
        """Raise RebuildError or BeyondEndError where the topics no longer hold everything that the live worker read."""
        ends = await self._client.end_offsets([self._on_wire(place) for place in limits])
        positions.require_within(limits, {self._place(partition): end for partition, end in ends.items()})
        for place in limits:
            if self._topics[place.topic].kind is not Kind.STATE and self.first[place] > 0:
                raise RebuildError(
                    f"{place.topic}/{place.partition} begins at {self.first[place]}: what was folded from the records "
                    "before would be lost. Restore the topic, and keep all of it (retention.ms=-1)."
                )

    async def _open(self) -> None:
        lookout = Lookout(self._settings)
        try:
            places = await lookout.ends(self._topics)
        finally:
            await lookout.close()
        await self._client.start()
        partitions = [self._on_wire(place) for place in places]
        self._client.assign(partitions)
        begins = await self._client.beginning_offsets(partitions)
        self.first = {self._place(partition): offset for partition, offset in begins.items()}
        self.rewind(self.first)

    async def _close(self) -> None:
        with suppress(Exception):
            await asyncio.wait_for(self._client.stop(), TIMEOUT_S)

    def _on_wire(self, place: TopicPartition) -> ClientPartition:
        return ClientPartition(topic_on_wire(self._settings, place.topic), place.partition)

    def _place(self, partition: ClientPartition) -> TopicPartition:
        return TopicPartition(topic_of(self._settings, partition.topic), partition.partition)

    def _as_record(self, record: ConsumerRecord) -> Record:
        topic = topic_of(self._settings, record.topic)
        return Record(topic, record.partition, record.offset, record.key, tuple(record.headers), record.value)
