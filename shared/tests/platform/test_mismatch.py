"""A database and a Kafka that do not belong together are found out before anything is handled or sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code
from aiokafka.protocol.admin import DeleteGroupsRequest
from sqlalchemy import text

from lealtad.app.service import Runtime
from lealtad.ids import new_id
from lealtad.kafka import hold
from lealtad.testing.postgres import TestDatabases

from .conftest import Bus, WorkerFactory, until
from .echo import ECHO, a_score
from .publishing import publish

AT_REST = "SELECT (SELECT count(*) FROM outbox) = 0 AND (SELECT count(*) FROM seen) = :number"


class Restored:
    """A service's database, its worker, and the world that it once belonged to."""

    def __init__(self, bus: Bus, databases: TestDatabases, worker_of: WorkerFactory, url: str) -> None:
        self.bus, self.databases, self.worker_of, self.url = bus, databases, worker_of, url
        self.handled = 0

    async def handle_a_purchase(self) -> None:
        """Let a worker handle one and rest, and Kafka know how far it is."""
        self.handled += 1
        async with self.worker_of(ECHO, self.url) as (worker, runtime):
            await publish(self.bus, new_id())
            await until(lambda: is_so(runtime, AT_REST, number=self.handled))
            await worker.consumer.commit_offsets()

    async def announce(self) -> None:
        """Publish something that no event caused."""
        async with self.worker_of(ECHO, self.url) as (_, runtime):
            async with runtime.database.begin() as uow:
                uow.emit(a_score(new_id(), 1, uow.now, []), key=new_id())
            await until(lambda: is_so(runtime, "SELECT count(*) = 0 FROM outbox"))

    async def copy(self) -> "Restored":
        """Return what a back-up of this moment is restored to."""
        backup = Restored(self.bus, self.databases, self.worker_of, await self.databases.copy_url(self.url))
        backup.handled = self.handled
        return backup

    @asynccontextmanager
    async def held(self) -> AsyncIterator[tuple[Runtime, str]]:
        """Run a worker that is to stand still; give its runtime, and why."""
        async with self.worker_of(ECHO, self.url) as (worker, runtime):
            await until(lambda: hold.reason(runtime.database))
            assert not worker.relay.leads
            assert worker.consumer.owned == {}
            reason = await hold.reason(runtime.database)
            assert reason is not None
            yield runtime, reason


async def is_so(runtime: Runtime, sql: str, **values: object) -> bool:
    async with runtime.database.read() as uow:
        return bool(await uow.connection.scalar(text(sql), values))


async def change(world: Restored, sql: str) -> None:
    async with world.worker_of(ECHO, world.url) as (_, runtime), runtime.database.begin() as uow:
        await uow.connection.execute(text(sql))


@asynccontextmanager
async def administering(bus: Bus) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bus.address)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def make_anew(bus: Bus, topic: str) -> None:
    name = f"{bus.prefix}.{topic}"
    async with administering(bus) as admin:
        await admin.delete_topics([name])

        async def is_gone() -> bool:
            return name not in await admin.list_topics()

        await until(is_gone)
        await admin.create_topics([NewTopic(name, 3, 1)])


async def forget_group(bus: Bus, group: str) -> None:
    """Delete the group with its offsets, once its last member is forgotten."""
    async with administering(bus) as admin:
        coordinator = await admin.find_coordinator(group)

        async def is_deleted() -> bool:
            response = await admin._send_request(DeleteGroupsRequest([group]), coordinator)
            return for_code(response.results[0][1]).errno == 0

        await until(is_deleted)


async def a_world(bus: Bus, databases: TestDatabases, worker_of: WorkerFactory) -> Restored:
    world = Restored(bus, databases, worker_of, await databases.create_url(ECHO))
    await world.handle_a_purchase()
    return world


async def test_a_back_up_from_before_events_were_handled_is_known_by_what_its_group_committed(
    bus, databases, worker_of
):
    world = await a_world(bus, databases, worker_of)
    backup = await world.copy()
    await world.handle_a_purchase()

    async with backup.held() as (runtime, reason):
        assert "restored from an older back-up" in reason
        assert "adopt-restore" in reason
        assert (await runtime.health.ready()).failures["restore"] == reason
        assert runtime.health.live().status == "ok"


async def test_a_back_up_from_before_an_announcement_is_known_by_its_own_topics(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    backup = await world.copy()
    await world.announce()

    async with backup.held() as (_, reason):
        assert "never emitted" in reason


async def test_an_emptied_database_is_not_taken_for_a_new_one(bus, databases, worker_of):
    await a_world(bus, databases, worker_of)
    emptied = Restored(bus, databases, worker_of, await databases.create_url(ECHO))

    async with emptied.held() as (_, reason):
        assert "restored from an older back-up" in reason


async def test_emptied_group_offsets_stop_nothing_since_positions_rule(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await forget_group(bus, f"{bus.prefix}.churn-scoring")

    await world.handle_a_purchase()

    assert len(await bus.read("scores", 2)) == 2


async def test_another_cluster_under_the_same_address_is_refused(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await change(world, "UPDATE consumer_position SET cluster_id = 'elsewhere'")

    async with world.held() as (_, reason):
        assert "belongs to cluster elsewhere" in reason


async def test_own_topics_on_another_cluster_are_refused(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await change(world, "UPDATE relayed_end SET cluster_id = 'elsewhere'")

    async with world.held() as (_, reason):
        assert "is on cluster elsewhere" in reason


async def test_a_topic_that_was_made_anew_is_refused_by_its_reader(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await make_anew(bus, "activity")

    async with world.held() as (_, reason):
        assert "it was made anew or lost records" in reason


async def test_a_topic_that_was_made_anew_is_refused_by_its_owner(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await make_anew(bus, "scores")

    async with world.held() as (_, reason):
        assert reason.startswith("own topic scores/")


async def test_a_worker_that_is_held_begins_by_itself_once_the_reason_is_gone(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await change(world, "UPDATE consumer_position SET cluster_id = 'elsewhere'")
    async with world.held() as (runtime, _):
        async with runtime.database.begin() as uow:
            await uow.connection.execute(
                text("UPDATE consumer_position SET cluster_id = (SELECT max(cluster_id) FROM relayed_end)")
            )
        await publish(bus, new_id())
        await bus.read("scores", 2)
        assert await hold.reason(runtime.database) is None


async def test_an_end_between_sending_and_noting_it_is_no_older_database(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    [sent] = await bus.read("scores", 1)
    await change(world, "INSERT INTO outbox (event) SELECT seq FROM emitted_event")
    await bus.producer.send_and_wait(sent.topic, key=sent.key, value=sent.value, headers=list(sent.headers))

    await world.handle_a_purchase()


async def test_a_copy_that_a_relay_sent_late_is_no_older_database(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    [sent] = await bus.read("scores", 1)
    await bus.producer.send_and_wait(sent.topic, key=sent.key, value=sent.value, headers=list(sent.headers))

    await world.handle_a_purchase()
