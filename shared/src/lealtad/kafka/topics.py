"""Create the declared topics: `python -m lealtad.kafka.topics`.

Existing topics are left as they are; another number of partitions than configured is refused, since it would tear a
customer's events apart.
"""

import asyncio
import sys

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError
from pydantic import Field, ValidationError

from lealtad.events.subscriptions import READERS
from lealtad.events.topics import TOPICS, Kind
from lealtad.kafka.naming import dead_letter_topic
from lealtad.kafka.security import connection_options
from lealtad.settings import WRONG_SETTINGS, KafkaSettings, wrong_settings

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MIN_SAFE_REPLICAS = 3

CONFIG = {
    Kind.STATE: {
        "cleanup.policy": "compact",
        "max.compaction.lag.ms": str(24 * HOUR_MS),
        "segment.ms": str(12 * HOUR_MS),
        "delete.retention.ms": str(30 * DAY_MS),
    },
    Kind.FACTS: {"cleanup.policy": "delete", "retention.ms": "-1"},
    Kind.CONTROL: {"cleanup.policy": "delete", "retention.ms": "-1"},
}
DEAD_LETTER_CONFIG = {"cleanup.policy": "delete", "retention.ms": str(90 * DAY_MS)}


class TopicSettings(KafkaSettings):
    """What is needed to create topics, from the same variables that the services read."""

    topic_prefix: str = "lealtad"
    topic_partitions: int = Field(default=12, ge=1)
    topic_replication: int = Field(default=1, ge=1)
    allow_unreplicated_topics: bool = True


class TopicLayoutError(RuntimeError):
    """The cluster's topics cannot serve with the configured layout."""


def declared(settings: TopicSettings) -> list[NewTopic]:
    """Return all topics: the catalogue's, and one for dead letters per reader and topic."""
    topics = [_new(settings, topic.name, settings.topic_partitions, CONFIG[topic.kind]) for topic in TOPICS]
    for reader in READERS.values():
        for topic in reader.topics:
            name = dead_letter_topic(topic.name, reader.service)
            topics.append(_new(settings, name, 1, DEAD_LETTER_CONFIG))
    return topics


async def create(settings: TopicSettings) -> list[str]:
    """Create what is missing and return its names; raise TopicLayoutError for a layout that is not safe."""
    if settings.topic_replication < MIN_SAFE_REPLICAS and not settings.allow_unreplicated_topics:
        raise TopicLayoutError(
            f"{settings.topic_replication} replicas can lose events: use at least {MIN_SAFE_REPLICAS}, "
            "or set LEALTAD_ALLOW_UNREPLICATED_TOPICS=true on a machine where that is acceptable"
        )
    admin = AIOKafkaAdminClient(**connection_options(settings), request_timeout_ms=20_000)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        wanted = declared(settings)
        await _check_partitions(admin, [topic for topic in wanted if topic.name in existing])
        missing = [topic for topic in wanted if topic.name not in existing]
        if missing:
            try:
                await admin.create_topics(missing)
            except TopicAlreadyExistsError:  # Another process created it first, from the same declaration.
                return []
        return [topic.name for topic in missing]
    finally:
        await admin.close()


async def _check_partitions(admin: AIOKafkaAdminClient, topics: list[NewTopic]) -> None:
    if not topics:
        return
    wanted = {topic.name: topic.num_partitions for topic in topics}
    for found in await admin.describe_topics(list(wanted)):
        name, partitions = found["topic"], len(found["partitions"])
        if partitions != wanted[name]:
            raise TopicLayoutError(
                f"{name} has {partitions} partitions, {wanted[name]} are configured; the number is fixed for the life "
                "of a topic: set LEALTAD_TOPIC_PARTITIONS to what exists, or migrate to new topics"
            )


def _new(settings: TopicSettings, name: str, partitions: int, config: dict[str, str]) -> NewTopic:
    replicas = settings.topic_replication
    safety = {"min.insync.replicas": str(max(1, replicas - 1))}
    return NewTopic(f"{settings.topic_prefix}.{name}", partitions, replicas, topic_configs={**config, **safety})


def main() -> int:
    """Create the topics and return the exit status."""
    try:
        created = asyncio.run(create(TopicSettings()))
    except ValidationError as error:
        sys.stderr.write("\n".join(["the settings are wrong", *wrong_settings(error), ""]))
        return WRONG_SETTINGS
    except TopicLayoutError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{len(created)} topics created\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
