"""Two lanes: live topics first; a bounded batch of their backfill twins while the live topics have no lag.

Each lane has a client of its own: one client fetches nothing more from a broker while it holds records of any
partition that were not taken, and so a backfill would hold up what is live.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from math import ceil

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError
from aiokafka.structs import ConsumerRecord

from lealtad.events.codec import Record
from lealtad.events.subscriptions import Reader
from lealtad.kafka.client.group_client import create_backfill_client, create_group_client
from lealtad.kafka.client.reading_client import ReadingClient
from lealtad.kafka.consume.pacing import Pace
from lealtad.kafka.naming import group_of, topic_of, topic_on_wire
from lealtad.settings import ServiceSettings

START_TIMEOUT_S = 20.0
BACKFILL_WAIT_S = 0.02
"""How long live topics are waited for while there is a backfill to go on with."""

ONE_REQUEST_S = 0.005
"""How long one request for what is there already is waited for."""

Fetched = dict[TopicPartition, list[ConsumerRecord]]


class Lanes:
    """The clients of one worker: the group's assigns the partitions of both lanes, and pauses the backfill's."""

    def __init__(self, settings: ServiceSettings, reader: Reader) -> None:
        self._settings = settings
        self._reader = reader
        self.live: ReadingClient = create_group_client(settings, reader.service, group_of(settings, reader.service))
        self.backfill: ReadingClient | None = None
        if reader.backfill_topics:
            self.backfill = create_backfill_client(settings, reader.service)
        self._pace = Pace(reader, settings)
        self._reads_backfill = False
        self._held: Fetched = {}

    async def start(self, listener: ConsumerRebalanceListener) -> None:
        """Join the group; `listener` hears of partitions that come and go."""
        topics = [topic_on_wire(self._settings, topic.name) for topic in self._reader.topics]
        self.live.subscribe(topics, listener=listener)
        for client in filter(None, (self.backfill, self.live)):
            await asyncio.wait_for(client.start(), START_TIMEOUT_S)

    async def stop(self) -> None:
        """Leave the group."""
        for client in filter(None, (self.live, self.backfill)):
            with suppress(Exception):
                await asyncio.wait_for(client.stop(), self._settings.shutdown_s)

    def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Read on at `offsets`: the partitions that the group assigned, of both lanes."""
        names = {topic_on_wire(self._settings, topic.name) for topic in self._reader.backfill_topics}
        twins = [partition for partition in offsets if partition.topic in names]
        self.live.pause(*twins)
        for partition, offset in offsets.items():
            self.live.seek(partition, offset)
        if self.backfill and twins:
            self.backfill.assign(twins)
            for partition in twins:
                self.backfill.seek(partition, offsets[partition])
        self._reads_backfill = bool(twins)

    def let_go(self) -> None:
        """Stop reading the backfill until the next `seek`, and drop the records read ahead.

        Records that are read while nobody owns their partition are not handled, so those after them must not be either.
        """
        self._reads_backfill = False
        self._held = {}

    async def poll(self, wait_s: float, backfill: int) -> list[Record]:
        """Return live records, waiting at most `wait_s`; where there are none, some records of a backfill."""
        if backfill and not self._held and self.backfill and self._reads_backfill:
            self._held = await self.backfill.getmany(max_records=backfill)
        ready = bool(self._held) and backfill and not await has_lag(self.live)
        if not ready and await self.is_behind():
            wait_s = min(wait_s, BACKFILL_WAIT_S)
        live = await self._poll_live(0 if ready else wait_s)
        if live or not ready:
            return self._records(live)
        held, self._held = self._held, {}
        return self._records(held)

    def hurry(self) -> None:
        """Return from poll() at once; a caller waits for the result."""
        self._pace.hurry()

    async def is_behind(self) -> bool:
        """Whether records of a backfill are left."""
        if self.backfill is None or not self._reads_backfill:
            return False
        return bool(self._held) or await has_lag(self.backfill)

    async def _poll_live(self, wait_s: float) -> Fetched:
        await asyncio.sleep(self._pace.rest_s())
        self.live.go_on()
        found = await self._fetch_more({}, wait_s)
        if found and self._pace.gathers:
            self.live.rest()
            await self._pace.gather()
            self.live.go_on()
            await self._fetch_more(found, ONE_REQUEST_S)
        elif found:
            await self._hold(found)
        if found:
            self.live.rest()
            self._pace.batch_begins()
        return found

    async def _hold(self, found: Fetched) -> None:
        """Hold records that are not urgent, and add further ones, until one is urgent."""
        until = time.monotonic() + self._pace.hold_s(self._topics(found))
        while (left_s := until - time.monotonic()) > 0 and self._room(found) > 0:
            await self._fetch_more(found, left_s)
            if not self._pace.hold_s(self._topics(found)):
                break

    async def _fetch_more(self, found: Fetched, wait_s: float) -> Fetched:
        room = self._room(found)
        if room <= 0:
            return found
        fetched = await self.live.getmany(timeout_ms=ceil(wait_s * 1000), max_records=room)
        for partition, records in fetched.items():
            found.setdefault(partition, []).extend(records)
        return found

    def _room(self, found: Fetched) -> int:
        return self._settings.poll_records - sum(map(len, found.values()))

    def _topics(self, found: Fetched) -> set[str]:
        return {topic_of(self._settings, partition.topic) for partition in found}

    def _records(self, fetched: Fetched) -> list[Record]:
        return [self._as_record(record) for records in fetched.values() for record in records]

    def _as_record(self, record: ConsumerRecord) -> Record:
        return Record(
            topic_of(self._settings, record.topic),
            record.partition,
            record.offset,
            record.key,
            tuple(record.headers),
            record.value,
        )


async def has_lag(client: AIOKafkaConsumer) -> bool:
    """Whether `client` knows of records that it did not return yet, or has not heard of a partition's end."""
    read = client.assignment() - client.paused()
    ends: list[tuple[TopicPartition, int | None]] = [(partition, client.highwater(partition)) for partition in read]
    try:
        return any([end is None or await client.position(partition) < end for partition, end in ends])
    except IllegalStateError:  # another worker got the partition in this moment
        return True
