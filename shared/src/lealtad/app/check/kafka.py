"""Checks of Kafka: every broker reachable, topics as declared, rights where they can be seen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as ClientPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from lealtad.app.check.findings import Finding, fails, ok, unseen, warning
from lealtad.app.service import Service
from lealtad.events.topics import TOPICS
from lealtad.kafka.client import group_offsets
from lealtad.kafka.naming import dead_letter_topic, group_of, topic_on_wire
from lealtad.kafka.security import connection_options
from lealtad.settings import ServiceSettings

REACHABLE = "kafka: reachable"
BROKERS = "kafka: brokers"
TOPICS_ = "kafka: topics"
REPLICAS = "kafka: replicas"
READING = "kafka: rights"
WRITING = "kafka: right to write"
TIMEOUT_S = 10.0
CONNECT_S = 3.0
RETRY_S = 0.5
MIN_SAFE_REPLICAS = 3
MOST_NAMED = 5
NOT_AUTHORISED = TopicAuthorizationFailedError.errno
CREATE = "Run `python -m lealtad.kafka.topics`, which creates what is missing."
GRANT = "Grant DESCRIBE and READ on the topics with this prefix and on the service's group, WRITE on its own topics."


async def check(service: Service, settings: ServiceSettings, processes: frozenset[str]) -> AsyncIterator[Finding]:
    """Yield what is found; nothing further where no broker answers. An API starts without Kafka."""
    admin = AIOKafkaAdminClient(**connection_options(settings), request_timeout_ms=int(TIMEOUT_S * 1000))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await admin.start()
            cluster = await admin.describe_cluster()
    except (KafkaError, OSError, TimeoutError, ValueError) as error:
        await _close(admin)
        advice = "Start Kafka, or correct LEALTAD_KAFKA_BOOTSTRAP."
        found = fails if "worker" in processes else warning
        yield found(REACHABLE, f"{settings.kafka_bootstrap}: {type(error).__name__}", advice)
        return
    try:
        yield ok(REACHABLE, f"{settings.kafka_bootstrap}, cluster {cluster['cluster_id']}")
        yield await _brokers(cluster["brokers"])
        if "worker" in processes:
            async for finding in _of_a_worker(admin, service, settings):
                yield finding
    finally:
        await _close(admin)


async def _of_a_worker(
    admin: AIOKafkaAdminClient, service: Service, settings: ServiceSettings
) -> AsyncIterator[Finding]:
    read = [topic_on_wire(settings, topic.name) for topic in service.reader.topics]
    wanted = dict.fromkeys([*read, *_own_topics(service, settings)], settings.topic_partitions)
    wanted |= {
        topic_on_wire(settings, dead_letter_topic(topic.name, service.name)): 1 for topic in service.reader.topics
    }
    described = {topic["topic"]: topic for topic in await admin.describe_topics(list(wanted))}
    layout = _layout(described, wanted)
    yield layout
    if layout.advice:
        return
    yield _replicas(described, settings)
    yield await _reading(settings, group_of(settings, service.name), read)
    yield unseen(WRITING, "it shows when the relay sends the first event of a topic")


def _own_topics(service: Service, settings: ServiceSettings) -> list[str]:
    return [topic_on_wire(settings, topic.name) for topic in TOPICS if topic.producer == service.name]


async def _brokers(brokers: list[dict[str, Any]]) -> Finding:
    """Return whether each broker answers at the address that it advertises."""
    places = [(broker["host"], broker["port"]) for broker in brokers]
    reached = await asyncio.gather(*(_connects(host, port) for host, port in places))
    away = [f"{host}:{port}" for (host, port), there in zip(places, reached, strict=True) if not there]
    if away:
        advice = "Correct advertised.listeners, or let this network reach these addresses."
        return fails(BROKERS, f"they advertise what cannot be reached from here: {', '.join(away)}", advice)
    return ok(BROKERS, f"{len(places)} at the addresses that they advertise")


async def _connects(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _layout(described: dict[str, dict[str, Any]], wanted: dict[str, int]) -> Finding:
    """Return whether all topics are there, with their partitions and a leader for each."""
    refused = [name for name in wanted if described.get(name, {}).get("error_code") == NOT_AUTHORISED]
    if refused:
        return fails(TOPICS_, f"this client may not see {_some(refused)}", GRANT)
    if missing := [name for name in wanted if not described.get(name, {}).get("partitions")]:
        return fails(TOPICS_, f"missing are {_some(missing)}", CREATE)
    counts = {name: len(described[name]["partitions"]) for name in wanted}
    if other := [
        f"{name} has {counts[name]} partitions, not {wanted[name]}" for name in wanted if counts[name] != wanted[name]
    ]:
        return fails(TOPICS_, _some(other), "Set LEALTAD_TOPIC_PARTITIONS to what exists: the number never changes.")
    leaderless = [name for name in wanted if any(part["leader"] < 0 for part in described[name]["partitions"])]
    if leaderless:
        return fails(TOPICS_, f"without a leader are {_some(leaderless)}", "Bring the missing brokers back.")
    return ok(TOPICS_, f"{len(wanted)}, as declared")


def _replicas(described: dict[str, dict[str, Any]], settings: ServiceSettings) -> Finding:
    least = min(len(part["replicas"]) for topic in described.values() for part in topic["partitions"])
    if least >= MIN_SAFE_REPLICAS:
        return ok(REPLICAS, f"at least {least}")
    detail, advice = f"{least}: a lost disk loses events", f"Use at least {MIN_SAFE_REPLICAS} replicas of each topic."
    return warning(REPLICAS, detail, advice) if settings.allow_unreplicated_topics else fails(REPLICAS, detail, advice)


async def _reading(settings: ServiceSettings, group: str, topics: list[str]) -> Finding:
    """Return whether the topics and the offsets of the group can be read; read at the end of each topic for that."""
    client = AIOKafkaConsumer(**connection_options(settings), enable_auto_commit=False, auto_offset_reset="latest")
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await _committed(settings, group)
            await client.start()
            client.assign([ClientPartition(topic, 0) for topic in topics])
            await client.getmany(timeout_ms=500)
    except (TopicAuthorizationFailedError, GroupAuthorizationFailedError) as error:
        return fails(READING, f"topics or group cannot be read: {type(error).__name__}", GRANT)
    except (KafkaError, OSError, TimeoutError) as error:
        return unseen(READING, f"not asked: {type(error).__name__}")
    finally:
        with suppress(KafkaError, OSError, TimeoutError):
            await asyncio.wait_for(client.stop(), CONNECT_S)
    return ok(READING, f"reads {len(topics)} topics, and the offsets of {group}")


async def _committed(settings: ServiceSettings, group: str) -> None:
    """Read the offsets of a group; wait while a new cluster gives it a coordinator."""
    while True:
        try:
            await group_offsets.committed(settings, group)
        except KafkaError as error:
            if not error.retriable:
                raise
            await asyncio.sleep(RETRY_S)
        else:
            return


async def _close(admin: AIOKafkaAdminClient) -> None:
    with suppress(KafkaError, OSError, TimeoutError, AttributeError):
        await asyncio.wait_for(admin.close(), CONNECT_S)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
