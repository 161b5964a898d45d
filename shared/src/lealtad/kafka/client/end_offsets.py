"""A client without a group that reads no record: where partitions begin and end, and which cluster this is."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as ClientPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import UnknownTopicOrPartitionError

from lealtad.kafka.naming import topic_on_wire
from lealtad.kafka.offsets import TopicPartition
from lealtad.kafka.security import connection_options
from lealtad.settings import ServiceSettings

TIMEOUT_S = 10.0
METADATA_POLL_S = 0.05


class Lookout:
    """A client of one set of topics; opened on first use, and anew after a failure."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._client: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()

    async def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return the end offset of every partition of `topics`.

        Raises KafkaError, OSError or TimeoutError, and never leaves out a topic that the brokers do not tell of now.
        """
        async with self._lock:
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    return await self._ends(list(topics))
            except BaseException:
                await self._discard()
                raise

    async def close(self) -> None:
        """Close the client."""
        async with self._lock:
            await self._discard()

    async def _ends(self, topics: list[str]) -> dict[TopicPartition, int]:
        names = {topic_on_wire(self._settings, topic): topic for topic in topics}
        client = await self._opened(names)
        partitions = {name: client.partitions_for_topic(name) for name in names}
        if missing := [names[name] for name, numbers in partitions.items() if not numbers]:
            raise UnknownTopicOrPartitionError(f"{', '.join(missing)}: not told of by the brokers")
        wanted = [ClientPartition(name, number) for name, numbers in partitions.items() for number in sorted(numbers)]
        offsets = await client.end_offsets(wanted)
        return {TopicPartition(names[place.topic], place.partition): offset for place, offset in offsets.items()}

    async def _opened(self, names: Iterable[str]) -> AIOKafkaConsumer:
        if self._client is None:
            client = AIOKafkaConsumer(
                **connection_options(self._settings), enable_auto_commit=False, request_timeout_ms=10_000
            )
            self._client = client
            await client.start()
            # The client asks the broker about assigned topics only; paused, it fetches no record of them.
            anchors = [ClientPartition(name, 0) for name in names]
            client.assign(anchors)
            client.pause(*anchors)
            while not all(client.partitions_for_topic(name) for name in names):  # noqa: ASYNC110 - it offers no event
                await asyncio.sleep(METADATA_POLL_S)
        return self._client

    async def _discard(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                await asyncio.wait_for(client.stop(), 5)


async def cluster_id(settings: ServiceSettings) -> str:
    """Return the id of the cluster at the configured address."""
    admin = AIOKafkaAdminClient(**connection_options(settings), request_timeout_ms=10_000)
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()
