"""Kafka's own offsets of a group: a copy of the positions for lag tools, and the proof that a database was restored."""

import asyncio
from collections.abc import Iterable, Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as ClientPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError, UnknownMemberIdError

from lealtad.kafka.naming import topic_of, topic_on_wire
from lealtad.kafka.offsets import TopicPartition
from lealtad.kafka.security import connection_options
from lealtad.settings import ServiceSettings

TIMEOUT_S = 10.0
MEMBERS_LEAVE_S = 30.0
"""A killed member stays in its group for the session time-out of ten seconds."""
POLL_S = 0.5


async def committed(settings: ServiceSettings, group: str) -> dict[TopicPartition, int]:
    """Return the offsets that the group committed; partitions without one are left out."""
    admin = AIOKafkaAdminClient(**connection_options(settings), request_timeout_ms=10_000)
    async with asyncio.timeout(TIMEOUT_S):
        await admin.start()
        try:
            found = await admin.list_consumer_group_offsets(group)
        finally:
            await admin.close()
    return {
        TopicPartition(topic_of(settings, item.topic), item.partition): at.offset
        for item, at in found.items()
        if at.offset >= 0
    }


async def some_behind(
    settings: ServiceSettings, groups: Iterable[str], positions: Mapping[TopicPartition, int]
) -> bool:
    """Whether one of `groups` committed less than one of `positions`; where it committed nothing it does not read."""
    for group in groups:
        there = await committed(settings, group)
        if any(there.get(place, offset) < offset for place, offset in positions.items()):
            return True
    return False


async def put_back(settings: ServiceSettings, group: str, positions: Mapping[TopicPartition, int]) -> None:
    """Commit `positions` for a group without members, waiting until the last one is forgotten.

    Raises TimeoutError when the group still has members after half a minute.
    """
    client = AIOKafkaConsumer(
        **connection_options(settings), group_id=group, enable_auto_commit=False, request_timeout_ms=10_000
    )
    offsets = {
        ClientPartition(topic_on_wire(settings, place.topic), place.partition): at for place, at in positions.items()
    }
    await asyncio.wait_for(client.start(), TIMEOUT_S)
    try:
        client.assign(list(offsets))
        async with asyncio.timeout(MEMBERS_LEAVE_S):
            while not await _commit(client, offsets):  # noqa: ASYNC110 - Kafka tells nobody when a member is forgotten
                await asyncio.sleep(POLL_S)
    finally:
        await asyncio.wait_for(client.stop(), TIMEOUT_S)


async def _commit(client: AIOKafkaConsumer, offsets: Mapping[ClientPartition, int]) -> bool:
    try:
        await client.commit(offsets)
    except (CommitFailedError, UnknownMemberIdError):
        return False
    return True
