"""Reading two lanes: live topics first, and of their backfill twins a bounded batch while the live ones have no lag.

Each lane has a client of its own: one client fetches nothing more from a broker while it holds records of any
partition that were not taken, and so a backfill would hold up what is live.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError
from aiokafka.structs import ConsumerRecord

from lealtad.events.codec import Record
from lealtad.events.subscriptions import Reader
from lealtad.kafka.group_client import create_backfill_client, create_group_client
from lealtad.kafka.naming import group_of, topic_of, topic_on_wire
from lealtad.settings import ServiceSettings

START_TIMEOUT_S = 20.0
BUSY_BATCH = 8
"""From so many records in a poll on, waiting a little for more costs less than it saves."""
BACKFILL_WAIT_S = 0.02
"""How long live topics are waited for while there is a backfill to go on with."""

LONGEST_SLEEP_MS = 50
"""Nothing more is fetched while records lie in the client, so that a long gathering takes them now and then."""

Fetched = dict[TopicPartition, list[ConsumerRecord]]


class Lanes:
    """The clients of one worker: the group's assigns the partitions of both lanes, and pauses the backfill's."""

    def __init__(self, settings: ServiceSettings, reader: Reader) -> None:
        self._settings = settings
        self._reader = reader
        self.live: AIOKafkaConsumer = create_group_client(settings, reader.service, group_of(settings, reader.service))
        self.backfill: AIOKafkaConsumer | None = None
        if reader.backfill_topics:
            self.backfill = create_backfill_client(settings, reader.service)
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
        """Read no backfill until the next `seek`, and forget what was read ahead.

        Records that are read while nobody owns their partition are not handled, so those after them must not be either.
        """
        self._reads_backfill = False
        self._held = {}

    async def poll(self, wait_s: float, *, backfill: bool) -> list[Record]:
        """Return what is live, waiting at most `wait_s` for it; where nothing is, and only if allowed, `backfill`."""
        if not self._held and self.backfill and self._reads_backfill:
            self._held = await self.backfill.getmany(max_records=self._settings.backfill_batch)
        ready = bool(self._held) and backfill and not await has_lag(self.live)
        if not ready and await self.is_behind():
            wait_s = min(wait_s, BACKFILL_WAIT_S)
        live = await self._poll_live(0 if ready else wait_s)
        if live or not ready:
            return self._records(live)
        held, self._held = self._held, {}
        return self._records(held)

    async def is_behind(self) -> bool:
        """Whether records of a backfill are left."""
        if self.backfill is None or not self._reads_backfill:
            return False
        return bool(self._held) or await has_lag(self.backfill)

    async def _poll_live(self, wait_s: float) -> Fetched:
        limit = self._settings.poll_records
        found: Fetched = await self.live.getmany(timeout_ms=int(wait_s * 1000), max_records=limit)
        number = sum(map(len, found.values()))
        left_ms = self._gather_ms(number)
        while left_ms > 0 and number < limit:
            await asyncio.sleep(min(left_ms, LONGEST_SLEEP_MS) / 1000)
            left_ms -= LONGEST_SLEEP_MS
            more: Fetched = await self.live.getmany(timeout_ms=0, max_records=limit - number)
            number += sum(map(len, more.values()))
            for partition, records in more.items():
                found.setdefault(partition, []).extend(records)
        return found

    def _gather_ms(self, number: int) -> int:
        """On the decision path only a busy poll waits for more; off it every poll does."""
        if not self._reader.on_decision_path:
            return self._settings.idle_gather_ms if number else 0
        return self._settings.gather_ms if number >= BUSY_BATCH else 0

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
    except IllegalStateError:  # the partition went to another worker in this moment
        return True
