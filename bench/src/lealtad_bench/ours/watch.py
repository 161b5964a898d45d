"""The detection, as early as a client can, that the decision after a purchase is readable.

Only `GET next-best-action` proves it. Polling would load the services and blur the figure, so a notification triggers
the request. The benchmark adds a trigger to campaigns' table of decisions, which notifies of each transaction that
decides. Then one statement reads the table for all waiting samples. After a missed notification, the request comes
within a second. Records on the topics are read after the measurement.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from lealtad.db.plan_settings import BY_KEY
from lealtad.events.topics import ACTIVITY, SCORES, SEGMENTS
from lealtad.kafka.client.reading_client import create_reading_client
from lealtad.kafka.topics import TopicSettings
from lealtad_bench.ours.api import Api

ASK_EVERY_S = 1.0
"""Largest delay (plus one request) after a missed notification. Hundreds of samples may wait, so more frequent requests
would slow the decisions down."""
SEEN_WITHIN_S = 30.0
CHANNEL = "lealtad_bench"
NOTIFY_TRIGGER = f"""
    CREATE OR REPLACE FUNCTION public.notify_benchmark() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN PERFORM pg_notify('{CHANNEL}', ''); RETURN NULL; END$$;
    CREATE OR REPLACE TRIGGER notify_benchmark AFTER INSERT ON owned.decision
        FOR EACH STATEMENT EXECUTE FUNCTION public.notify_benchmark();
"""
DECIDED = """
    SELECT customer_id, decided_at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS waiting (customer_id, since)
    JOIN owned.next_best_action USING (customer_id) JOIN owned.decision USING (customer_id, decision_id)
    WHERE decided_at > since
"""
FOLLOWED = tuple(f"{TopicSettings().topic_prefix}.{topic.name}" for topic in (ACTIVITY, SCORES, SEGMENTS))
"""Topics in the order in which a purchase passes them."""


@dataclass(slots=True)
class Sample:
    """One watched purchase."""

    customer: str
    """External id."""
    sent_at: datetime
    """Business time, UTC."""
    emitted: dict[str, float] = field(default_factory=dict)
    """Creation time of its event, by topic, in seconds since the epoch, as all times below."""
    on_topic: dict[str, float] = field(default_factory=dict)
    """Time of the relay's send to Kafka, by topic."""
    readable: float | None = None
    asked: int = 0
    """Requests until the decision was readable."""
    key: bytes = b""
    """Key of its customer's records."""
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by each detected decision."""
    seen_until: datetime | None = None
    """Time of the last detected decision."""

    def note(self, record: ConsumerRecord) -> None:
        """Set the times of the first record of a topic since the purchase."""
        if record.topic not in self.on_topic and record.timestamp / 1000 >= self.sent_at.timestamp():
            made = dict(record.headers)["ce_time"].decode()
            self.emitted[record.topic] = datetime.fromisoformat(made).timestamp()
            self.on_topic[record.topic] = record.timestamp / 1000


def includes_both(decision: dict[str, Any], sent_at: datetime) -> bool:
    """Return whether a decision used a score and memberships newer than the purchase.

    The customer has no other facts, and stack and benchmark share one clock, so newer ones come from the purchase.
    """
    known = (decision["inputs"]["score"], decision["inputs"]["segments"])
    return all(item is not None and datetime.fromisoformat(item["as_of"]) >= sent_at for item in known)


class Watch:
    """The detection of readable decisions for samples."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._samples: dict[UUID, Sample] = {}
        self._notified = asyncio.Event()
        self._topics: AIOKafkaConsumer | None = None

    async def until_readable(self, sample: Sample) -> float | None:
        """Return the moment (monotonic seconds) at which the decision was read, or None after half a minute."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SEEN_WITHIN_S):
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
        """Add the customer with this id, before the purchase is sent."""
        sample.key = identity.encode()
        self._samples[UUID(identity)] = sample

    def forget(self, identity: str) -> None:
        """Remove the customer."""
        del self._samples[UUID(identity)]

    async def trace(self, samples: Sequence[Sample]) -> None:
        """Add to `samples`, whose ends were detected, the times of their records on the topics."""
        client, by_key = self._topics, {sample.key: sample for sample in samples}
        assert client is not None  # noqa: S101 - see watching
        ends = await client.end_offsets(client.assignment())
        client.resume(*ends)
        while any([await client.position(place) < end for place, end in ends.items()]):
            for records in (await client.getmany(timeout_ms=100)).values():
                for record in records:
                    if sample := by_key.get(record.key):
                        sample.note(record)
        client.pause(*ends)

    async def _look(self, connection: asyncpg.Connection) -> None:
        while True:
            await self._notified.wait()
            self._notified.clear()
            waiting = {key: sample for key, sample in self._samples.items() if not sample.decided.is_set()}
            since = [sample.seen_until or sample.sent_at for sample in waiting.values()]
            for row in await connection.fetch(DECIDED, list(waiting), since):
                sample = waiting[row["customer_id"]]
                sample.seen_until = row["decided_at"]
                sample.decided.set()


@asynccontextmanager
async def watching(api: Api, bootstrap: str, partitions: int, campaigns_url: str) -> AsyncIterator[Watch]:
    """Yield a watch over topics and commits for the time of the block."""
    watch = Watch(api)
    async with AsyncExitStack() as stack:
        connection = await asyncpg.connect(campaigns_url, timeout=10, server_settings=BY_KEY)
        stack.push_async_callback(connection.close)
        await connection.execute(NOTIFY_TRIGGER)
        await connection.add_listener(CHANNEL, lambda *_: watch._notified.set())  # noqa: SLF001 - its own module
        topics = await stack.enter_async_context(_reading(bootstrap, FOLLOWED, partitions))
        topics.pause(*topics.assignment())
        watch._topics = topics  # noqa: SLF001
        looking = asyncio.create_task(watch._look(connection))  # noqa: SLF001
        try:
            yield watch
        finally:
            looking.cancel()
            await asyncio.wait([looking])


@asynccontextmanager
async def _reading(bootstrap: str, topics: Sequence[str], partitions: int) -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a client at the present end of all partitions of `topics`."""
    client = create_reading_client(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await client.start()
    try:
        client.assign([TopicPartition(topic, number) for topic in topics for number in range(partitions)])
        await client.seek_to_end()
        yield client
    finally:
        await client.stop()
