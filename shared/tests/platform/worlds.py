"""A service's database with the Kafka that it belongs to, and back-ups of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code
from aiokafka.protocol.admin import DeleteGroupsRequest
from sqlalchemy import text

from lealtad.app import Service
from lealtad.app.runtime import Runtime, open_runtime
from lealtad.events.envelope import EventRef
from lealtad.ids import new_id
from lealtad.kafka.recovery import consumption_pause
from lealtad.testing.postgres import TestDatabases, settings_for

from .conftest import Bus, WorkerFactory, until
from .echo import ECHO, a_score
from .publishing import publish

AT_REST = """
    SELECT NOT EXISTS (SELECT FROM outbox) AND EXISTS (SELECT FROM seen WHERE customer_id = :customer)
"""


class World:
    """One service; `copy` is what a back-up of this moment is restored to."""

    def __init__(self, bus: Bus, databases: TestDatabases, worker_of: WorkerFactory, url: str) -> None:
        self.bus, self.databases, self.worker_of, self.url = bus, databases, worker_of, url

    async def handle_a_purchase(self) -> UUID:
        """Let a worker handle one and rest, and Kafka know how far it is; return the customer."""
        customer = new_id()
        async with self.worker_of(ECHO, self.url) as (worker, runtime):
            await publish(self.bus, customer)
            await until(lambda: is_so(runtime, AT_REST, customer=customer))
            await worker.consumer.commit_offsets()
        return customer

    async def announce(self, customer: UUID | None = None, *, relayed: bool = True) -> EventRef:
        """Emit a fact of the service's own."""
        key = customer or new_id()
        async with self.runtime() as runtime, runtime.database.begin() as uow:
            ref = uow.emit(a_score(key, 1, uow.now, []), key=key)
        if relayed:
            async with self.worker_of(ECHO, self.url) as (_, runtime):
                await until(lambda: is_so(runtime, "SELECT count(*) = 0 FROM outbox"))
        return ref

    async def copy(self) -> "World":
        return World(self.bus, self.databases, self.worker_of, await self.databases.copy_url(self.url))

    @asynccontextmanager
    async def runtime(self, service: Service = ECHO) -> AsyncIterator[Runtime]:
        """Give the parts of a process without any loop."""
        settings = settings_for(
            service, self.url, kafka_bootstrap=self.bus.address, topic_prefix=self.bus.prefix, topic_partitions=3
        )
        async with open_runtime(service, settings, "test") as runtime:
            yield runtime

    @asynccontextmanager
    async def held(self) -> AsyncIterator[tuple[Runtime, str]]:
        """Run a worker that is to stand still; give its runtime, and why."""
        async with self.worker_of(ECHO, self.url) as (worker, runtime):
            await until(lambda: consumption_pause.reason(runtime.database))
            assert not worker.relay.leads
            assert worker.consumer.owned == {}
            reason = await consumption_pause.reason(runtime.database)
            assert reason is not None
            yield runtime, reason

    async def change(self, sql: str) -> None:
        async with self.runtime() as runtime, runtime.database.begin() as uow:
            await uow.connection.execute(text(sql))


async def a_world(bus: Bus, databases: TestDatabases, worker_of: WorkerFactory) -> World:
    """Return one in which a purchase was handled."""
    world = World(bus, databases, worker_of, await databases.create_url(ECHO))
    await world.handle_a_purchase()
    return world


async def is_so(runtime: Runtime, sql: str, **values: object) -> bool:
    async with runtime.database.read() as uow:
        return bool(await uow.connection.scalar(text(sql), values))


@asynccontextmanager
async def administering(bus: Bus) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bus.address)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def make_anew(bus: Bus, topic: str) -> None:
    """Delete a topic with its records, and create it again."""
    name = f"{bus.prefix}.{topic}"
    async with administering(bus) as admin:
        await admin.delete_topics([name])

        async def is_gone() -> bool:
            return name not in await admin.list_topics()

        await until(is_gone)
        await admin.create_topics([NewTopic(name, 3, 1)])


async def forget_group(bus: Bus, group: str) -> None:
    """Delete a group with its offsets, once its last member is forgotten."""
    async with administering(bus) as admin:
        coordinator = await admin.find_coordinator(group)

        async def is_deleted() -> bool:
            response = await admin._send_request(DeleteGroupsRequest([group]), coordinator)
            return for_code(response.results[0][1]).errno == 0

        await until(is_deleted)
