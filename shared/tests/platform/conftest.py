"""A Kafka with our topics, and workers that run in the test's own process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from lealtad.app import Service
from lealtad.app.runtime import Runtime, open_runtime
from lealtad.app.worker import Worker
from lealtad.kafka import topics
from lealtad.settings import ServiceSettings
from lealtad.testing.postgres import TestDatabases, settings_for

PATIENCE_S = 30.0


@dataclass
class Bus:
    """Topics of one test: their own prefix on the shared broker."""

    address: str
    prefix: str
    producer: AIOKafkaProducer

    async def read(self, topic: str, number: int) -> list[ConsumerRecord]:
        """Return the first `number` records of `topic`, waiting for them."""
        consumer = AIOKafkaConsumer(
            f"{self.prefix}.{topic}", bootstrap_servers=self.address, auto_offset_reset="earliest"
        )
        await consumer.start()
        found: list[ConsumerRecord] = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                while len(found) < number:
                    for records in (await consumer.getmany(timeout_ms=200)).values():
                        found.extend(records)
        finally:
            await consumer.stop()
        return found


@pytest.fixture
async def bus(kafka_address: str) -> AsyncIterator[Bus]:
    prefix = f"t{uuid4().hex[:10]}"
    await topics.create(topics.TopicSettings(kafka_bootstrap=kafka_address, topic_prefix=prefix, topic_partitions=3))
    producer = AIOKafkaProducer(bootstrap_servers=kafka_address)
    await producer.start()
    yield Bus(kafka_address, prefix, producer)
    await producer.stop()


WorkerFactory = Callable[..., AbstractAsyncContextManager[tuple[Worker, Runtime]]]


@pytest.fixture
async def url_for(databases: TestDatabases) -> Callable[[Service], object]:
    return databases.create_url


@pytest.fixture
def worker_of(bus: Bus) -> WorkerFactory:
    """Run a worker of a service on a database URL for the time of a block."""

    @asynccontextmanager
    async def running(service: Service, url: str, **values: object) -> AsyncIterator[tuple[Worker, Runtime]]:
        settings: ServiceSettings = settings_for(
            service, url, kafka_bootstrap=bus.address, topic_prefix=bus.prefix, port=0, **values
        )
        async with open_runtime(service, settings, "worker") as runtime:
            worker = Worker(runtime)
            task = asyncio.create_task(worker.run())
            try:
                yield worker, runtime
            finally:
                worker.stop()
                with suppress(asyncio.CancelledError):
                    await asyncio.wait_for(task, 30)

    return running


async def until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Wait until the awaitable `condition` is true; fail after a while."""
    async with asyncio.timeout(patience_s):
        while not await condition():  # type: ignore[misc] # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.02)
