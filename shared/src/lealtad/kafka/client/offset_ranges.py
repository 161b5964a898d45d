"""Read ranges of offsets, apart from every consumer group."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from aiokafka import TopicPartition as ClientPartition

from lealtad.events.codec import Record
from lealtad.kafka.client.reading_client import create_reading_client
from lealtad.kafka.naming import topic_on_wire
from lealtad.kafka.offsets import TopicPartition
from lealtad.kafka.security import connection_options
from lealtad.settings import ServiceSettings

AT_ONCE = 500
SILENCE_S = 30.0


class OffsetRange(NamedTuple):
    """Offsets of a partition: from `first` on, `end` not included."""

    first: int
    end: int


async def read_ranges(
    settings: ServiceSettings, ranges: Mapping[TopicPartition, OffsetRange]
) -> AsyncIterator[list[Record]]:
    """Yield the records in `ranges`, in order per partition, at most 500 at once.

    Raises TimeoutError when Kafka gives none for half a minute.
    """
    open_ = {
        ClientPartition(topic_on_wire(settings, place.topic), place.partition): (place, offset_range)
        for place, offset_range in ranges.items()
        if offset_range.first < offset_range.end
    }
    if not open_:
        return
    client = create_reading_client(**connection_options(settings), enable_auto_commit=False, request_timeout_ms=10_000)
    await asyncio.wait_for(client.start(), SILENCE_S)
    try:
        client.assign(list(open_))
        for partition, (_, offset_range) in open_.items():
            client.seek(partition, offset_range.first)
        async with asyncio.timeout(SILENCE_S) as patience:
            while open_:
                found = await client.getmany(timeout_ms=200, max_records=AT_ONCE)
                records = [
                    Record(place.topic, place.partition, item.offset, item.key, tuple(item.headers), item.value)
                    for partition, items in found.items()
                    if partition in open_
                    for place, offset_range in [open_[partition]]
                    for item in items
                    if item.offset < offset_range.end
                ]
                if records:
                    yield records
                    patience.reschedule(asyncio.get_running_loop().time() + SILENCE_S)
                for partition in [item for item in open_ if await client.position(item) >= open_[item][1].end]:
                    del open_[partition]
                    client.pause(partition)
    finally:
        await asyncio.wait_for(client.stop(), SILENCE_S)
