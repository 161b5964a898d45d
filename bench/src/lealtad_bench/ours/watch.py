"""Sees, as early as a client can, that the decision after a purchase is readable.

`GET next-best-action` alone says so. When to ask is taken from two signs, so that polling neither loads the services
nor blurs the figure: the customer's record on the topic `segments` means that campaigns is about to decide, and then
campaigns' table of decisions is looked at, for all who wait by one statement, for a fifth of the time at most. Where a
sign is missed, it is asked once a second. What a purchase left on other topics is read when the measurement is over.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from lealtad.events.topics import ACTIVITY, SCORES, SEGMENTS
from lealtad.kafka.reading_client import create_reading_client
from lealtad.kafka.topics import TopicSettings
from lealtad_bench.ours.api import Api

ASK_EVERY_S = 1.0
"""A decision is seen at most so much late (plus one request) where a sign was missed. Hundreds may wait: asking more
often for each of them would keep the decisions from being made."""
SEEN_WITHIN_S = 30.0
NO_SOONER_S, LOOK_EVERY_S, RESTS_PER_LOOK = 0.004, 0.002, 4
"""When looking begins, counted from the sign; the shortest rest between looks; and that rest in lengths of a look."""
DECIDED = """
    SELECT customer_id, decided_at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS waiting (customer_id, since)
    JOIN owned.next_best_action USING (customer_id) JOIN owned.decision USING (customer_id, decision_id)
    WHERE decided_at > since
"""
FOLLOWED = tuple(f"{TopicSettings().topic_prefix}.{topic.name}" for topic in (ACTIVITY, SCORES, SEGMENTS))
"""In the order in which a purchase passes them."""
*EARLIER, AT_THE_DOOR = FOLLOWED
PARTITIONS = TopicSettings().topic_partitions


NEVER = datetime.min.replace(tzinfo=UTC)


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
    key: bytes = b""
    """Of its customer's records."""
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by each decision that is seen; `looked_at` is then its time."""
    looked_at: datetime = NEVER

    @property
    def waits_for_decision(self) -> bool:
        """Whether campaigns is about to decide."""
        return self.at_the_door.is_set() and not self.decided.is_set()

    def note(self, record: ConsumerRecord) -> None:
        """Take note of the first record of a topic since the purchase."""
        if record.topic not in self.on_topic and record.timestamp / 1000 >= self.sent_at.timestamp():
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
        self._samples: dict[bytes, Sample] = {}
        self._earlier: AIOKafkaConsumer | None = None

    async def until_readable(self, sample: Sample) -> float | None:
        """Return the moment (monotonic seconds) at which the decision was read; None: not within half a minute."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SEEN_WITHIN_S):
                await sample.at_the_door.wait()
                while True:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(sample.decided.wait(), ASK_EVERY_S)
                    sample.decided.clear()
                    sample.asked += 1
                    decision = await self._api.next_best_action(sample.customer)
                    if decision and includes_both(decision, sample.sent_at):
                        sample.readable = time.time()
                        return time.monotonic()
        return None

    def add(self, identity: str, sample: Sample) -> None:
        """Follow the records of the customer with this id, before the purchase is sent."""
        sample.key = identity.encode()
        self._samples[sample.key] = sample

    def forget(self, identity: str) -> None:
        """Follow the customer no more."""
        del self._samples[identity.encode()]

    async def trace(self, samples: Sequence[Sample]) -> None:
        """Let `samples`, whose ends were seen, note their records on the earlier topics."""
        client, by_key = self._earlier, {sample.key: sample for sample in samples}
        assert client is not None  # noqa: S101 - see watching
        ends = await client.end_offsets(client.assignment())
        client.resume(*ends)
        while any([await client.position(place) < end for place, end in ends.items()]):
            for records in (await client.getmany(timeout_ms=100)).values():
                for record in records:
                    if sample := by_key.get(record.key):
                        sample.note(record)
        client.pause(*ends)

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            if sample := self._samples.get(record.key):
                sample.note(record)
                asyncio.get_running_loop().call_later(NO_SOONER_S, _let_look, sample)

    async def _look(self, connection: asyncpg.Connection) -> None:
        while True:
            began = time.monotonic()
            waiting = {UUID(key.decode()): each for key, each in self._samples.items() if each.waits_for_decision}
            if waiting:
                since = [sample.looked_at for sample in waiting.values()]
                for row in await connection.fetch(DECIDED, list(waiting), since):
                    sample = waiting[row["customer_id"]]
                    sample.looked_at = row["decided_at"]
                    sample.decided.set()
            await asyncio.sleep(max(LOOK_EVERY_S, RESTS_PER_LOOK * (time.monotonic() - began)))


def _let_look(sample: Sample) -> None:
    sample.looked_at = datetime.fromtimestamp(sample.on_topic[AT_THE_DOOR], UTC)
    sample.at_the_door.set()


@asynccontextmanager
async def watching(api: Api, bootstrap: str, campaigns_url: str) -> AsyncIterator[Watch]:
    """Give a watch that follows topics and commits for the time of the block."""
    watch = Watch(api)
    async with AsyncExitStack() as stack:
        connection = await asyncpg.connect(campaigns_url, timeout=10)
        stack.push_async_callback(connection.close)
        consumer = await stack.enter_async_context(_reading(bootstrap, [AT_THE_DOOR]))
        earlier = await stack.enter_async_context(_reading(bootstrap, EARLIER))
        earlier.pause(*earlier.assignment())
        watch._earlier = earlier  # noqa: SLF001 - its own module
        own = (watch._read(consumer), watch._look(connection))  # noqa: SLF001
        tasks = {asyncio.create_task(loop) for loop in own}
        try:
            yield watch
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


@asynccontextmanager
async def _reading(bootstrap: str, topics: Sequence[str]) -> AsyncIterator[AIOKafkaConsumer]:
    """Give a client that reads all partitions of `topics` from now on."""
    client = create_reading_client(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await client.start()
    try:
        client.assign([TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)])
        await client.seek_to_end()
        yield client
    finally:
        await client.stop()
