"""What really stands on the topics."""

from dataclasses import dataclass
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from lealtad.events.topics import TOPICS
from lealtad.kafka.topics import TopicSettings, declared


@dataclass(frozen=True, slots=True)
class Seen:
    """One record of one of our topics."""

    topic: str
    partition: int
    offset: int
    key: str
    id: UUID
    type: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Topics:
    """All records, in their order per partition, and how many dead letters there are."""

    records: list[Seen]
    dead_letters: int

    def newest(self, topic: str) -> dict[str, int]:
        """Return the largest sequence of each key on `topic`."""
        found: dict[str, int] = {}
        for record in self.records:
            if record.topic == topic:
                found[record.key] = max(found.get(record.key, 0), record.sequence)
        return found


async def read_topics(bootstrap: str, partitions: int) -> Topics:
    """Read all topics, of so many partitions each, from their beginning to their present end."""
    settings = TopicSettings(kafka_bootstrap=bootstrap, topic_partitions=partitions)
    ours = {f"{settings.topic_prefix}.{topic.name}" for topic in TOPICS}
    places = [
        TopicPartition(topic.name, number) for topic in declared(settings) for number in range(topic.num_partitions)
    ]
    # Without a group: it only looks.
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        dead = sum(end for place, end in ends.items() if place.topic not in ours)
        records = await _read(consumer, {place: end for place, end in ends.items() if end and place.topic in ours})
    finally:
        await consumer.stop()
    return Topics([_seen(record, settings.topic_prefix) for record in records], dead)


async def _read(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> list[ConsumerRecord]:
    consumer.assign(list(ends))
    records: list[ConsumerRecord] = []
    await consumer.seek_to_beginning()
    while any([await consumer.position(place) < end for place, end in ends.items()]):
        for found in (await consumer.getmany(timeout_ms=200)).values():
            records.extend(found)
    return sorted(records, key=lambda record: (record.topic, record.partition, record.offset))


def _seen(record: ConsumerRecord, prefix: str) -> Seen:
    headers = {name: value.decode() for name, value in record.headers}
    return Seen(
        topic=record.topic.removeprefix(f"{prefix}."),
        partition=record.partition,
        offset=record.offset,
        key=record.key.decode(),
        id=UUID(headers["ce_id"]),
        type=headers["ce_type"],
        sequence=int(headers["ce_sequence"]),
    )
