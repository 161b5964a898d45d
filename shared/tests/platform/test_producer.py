"""A producer that is given up leaves nothing behind that could still send."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from lealtad.kafka.publish.producer import create_producer
from lealtad.settings import ServiceSettings
from lealtad.testing.postgres import TOKEN_SECRET

from .conftest import Bus


async def end_of(bus: Bus, place: TopicPartition) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=bus.address)
    await consumer.start()
    try:
        return int((await consumer.end_offsets([place]))[place])
    finally:
        await consumer.stop()


async def test_an_abandoned_producer_sends_nothing_any_more(bus: Bus) -> None:
    settings = ServiceSettings.model_validate(
        {"database_url": "postgresql://", "token_secret": TOKEN_SECRET, "kafka_bootstrap": bus.address}
    )
    producer = create_producer(settings, "test")
    tasks = asyncio.all_tasks()
    await producer.start()
    topic = f"{bus.prefix}.activity"
    await producer.send_and_wait(topic, b"sent", partition=0)
    late = await producer.send(topic, b"late", partition=0)
    await producer.abandon()
    with pytest.raises(KafkaError):
        await late
    assert asyncio.all_tasks() == tasks
    assert await end_of(bus, TopicPartition(topic, 0)) == 1


async def test_a_producer_that_could_not_start_is_closed_too() -> None:
    settings = ServiceSettings.model_validate(
        {"database_url": "postgresql://", "token_secret": TOKEN_SECRET, "kafka_bootstrap": "127.0.0.1:1"}
    )
    producer = create_producer(settings, "test")
    with pytest.raises(KafkaError):
        await producer.start()
    await producer.abandon()
