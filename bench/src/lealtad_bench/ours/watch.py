"""Sees, as early as a client can, that the decision after a purchase is readable.

`GET next-best-action` alone says so. When to ask is taken from two signs, so that polling neither loads the services
nor blurs the figure: the customer's record on the topic `segments` means that campaigns is about to decide, and
campaigns' own wake-up of its relay that it committed. Between them, and where a sign is missed, it is asked every few
milliseconds.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from lealtad.events.topics import ACTIVITY, SCORES, SEGMENTS
from lealtad.kafka.topics import TopicSettings
from lealtad.outbox.wakeup import CHANNEL
from lealtad_bench.ours.api import Api

ASK_EVERY_S = 0.01
"""A decision is seen at most so much late (plus one request), even where a sign was missed."""
SEEN_WITHIN_S = 30.0
FOLLOWED = tuple(f"{TopicSettings().topic_prefix}.{topic.name}" for topic in (ACTIVITY, SCORES, SEGMENTS))
"""In the order in which a purchase passes them."""
AT_THE_DOOR = FOLLOWED[-1]


@dataclass(slots=True)
class Sample:
    """One watched purchase."""

    customer: str
    """External id."""
    sent_at: datetime
    """Business time, UTC."""
    emitted: dict[str, float] = field(default_factory=dict)
    """When its event was made, by topic; seconds since the epoch, as all that follow."""
    on_topic: dict[str, float] = field(default_factory=dict)
    """When the relay handed it to Kafka, by topic."""
    readable: float | None = None
    asked: int = 0
    """Requests until the decision was readable."""
    at_the_door: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, record: ConsumerRecord) -> None:
        """Take note of the first record of a topic."""
        if record.topic not in self.on_topic:
            made = dict(record.headers)["ce_time"].decode()
            self.emitted[record.topic] = datetime.fromisoformat(made).timestamp()
            self.on_topic[record.topic] = record.timestamp / 1000


def includes_both(decision: dict[str, Any], sent_at: datetime) -> bool:
    """Return whether a decision was made on a score and on memberships that are younger than the purchase.

    The customer does nothing else, and stack and benchmark read one clock: what is younger was caused by the purchase.
    """
    known = (decision["inputs"]["score"], decision["inputs"]["segments"])
    return all(item is not None and datetime.fromisoformat(item["as_of"]) >= sent_at for item in known)


class Watch:
    """Follows samples to their ends."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._committed = asyncio.Event()
        self._samples: dict[bytes, Sample] = {}

    async def until_readable(self, sample: Sample) -> float | None:
        """Return the moment (monotonic seconds) at which the decision was read; None: not within half a minute."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SEEN_WITHIN_S):
                await sample.at_the_door.wait()
                while True:
                    await self._commit_or(ASK_EVERY_S)
                    sample.asked += 1
                    decision = await self._api.next_best_action(sample.customer)
                    if decision and includes_both(decision, sample.sent_at):
                        sample.readable = time.time()
                        return time.monotonic()
        return None

    def add(self, identity: str, sample: Sample) -> None:
        """Follow the records of the customer with this id, before the purchase is sent."""
        self._samples[identity.encode()] = sample

    def forget(self, identity: str) -> None:
        """Follow the customer no more."""
        del self._samples[identity.encode()]

    async def _commit_or(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._committed.wait(), seconds)

    def _ring(self, *_: object) -> None:
        rung, self._committed = self._committed, asyncio.Event()
        rung.set()

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            if sample := self._samples.get(record.key):
                sample.note(record)
                if record.topic == AT_THE_DOOR:
                    sample.at_the_door.set()


@asynccontextmanager
async def watching(api: Api, bootstrap: str, campaigns_url: str) -> AsyncIterator[Watch]:
    """Give a watch that follows topics and commits for the time of the block."""
    watch = Watch(api)
    async with AsyncExitStack() as stack:
        connection = await asyncpg.connect(campaigns_url, timeout=10)
        stack.push_async_callback(connection.close)
        await connection.add_listener(CHANNEL, watch._ring)  # noqa: SLF001 - its own module
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
        await consumer.start()
        stack.push_async_callback(consumer.stop)
        partitions = range(TopicSettings().topic_partitions)
        consumer.assign([TopicPartition(topic, number) for topic in FOLLOWED for number in partitions])
        await consumer.seek_to_end()
        reading = asyncio.create_task(watch._read(consumer))  # noqa: SLF001 - its own module
        try:
            yield watch
        finally:
            reading.cancel()
            await asyncio.wait({reading})
