"""Progress is told from a client of its own."""

import pytest
from aiokafka.errors import UnknownTopicOrPartitionError

from lealtad.ids import new_id
from lealtad.kafka.client.end_offsets import Lookout
from lealtad.kafka.consume.progress import read_progress
from lealtad.kafka.offsets import TopicPartition
from lealtad.testing.driving import statements
from lealtad.testing.postgres import settings_for

from .conftest import Bus, WorkerFactory, until
from .echo import ECHO
from .publishing import publish

TABLES = ("consumer_position", "(SELECT FROM outbox")


class Shortsighted(Lookout):
    """Told of all partitions but one, as by a broker that just started."""

    async def ends(self, topics):
        _, *told = (await super().ends(topics)).items()
        return dict(told)


def lookout_of(bus: Bus) -> Lookout:
    return Lookout(settings_for(ECHO, "", kafka_bootstrap=bus.address, topic_prefix=bus.prefix))


async def test_a_worker_that_read_everything_is_settled_and_its_input_is_confirmed_fresh(
    bus, databases, worker_of: WorkerFactory
):
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):
        await publish(bus, new_id())

        async def progress():
            return await read_progress(
                runtime.database, runtime.lookout, ECHO.reader, runtime.group, ECHO.stream.due_actions, process="worker"
            )

        await bus.read("scores", 1)

        async def settled() -> bool:
            return (await progress()).settled

        await until(settled)
        found = await progress()
        assert sum(found.positions.values()) == 1
        assert found.lag is not None
        assert set(found.lag) == {f"{topic.name}/{number}" for topic in ECHO.reader.topics for number in range(3)}
        assert "activity-backfill/0" in found.lag
        ends = await runtime.lookout.ends(["activity", "cases", "customers", "offers"])
        assert sum(ends.values()) == 1
        assert TopicPartition("activity", 0) in ends


async def test_what_was_read_of_a_partition_that_kafka_does_not_tell_of_is_not_settled(
    bus, databases, worker_of: WorkerFactory
):
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (worker, runtime):

        async def owns() -> bool:
            return bool(worker.consumer.owned)

        await until(owns)
        lookout = Shortsighted(runtime.settings)
        try:
            found = await read_progress(
                runtime.database, lookout, ECHO.reader, runtime.group, ECHO.stream.due_actions, process="worker"
            )
        finally:
            await lookout.close()

    assert found.lag is None
    assert not found.settled


async def test_the_outbox_is_looked_at_after_the_positions_whose_batches_fill_it(bus, database_for):
    database = await database_for(ECHO)
    lookout = lookout_of(bus)
    try:
        with statements(database) as said:
            await read_progress(database, lookout, ECHO.reader, "group", ECHO.stream.due_actions, process="worker")
    finally:
        await lookout.close()

    positions, outbox = (next(n for n, sql in enumerate(said) if f"FROM {name}" in sql) for name in TABLES)
    assert positions < outbox


async def test_a_topic_that_the_brokers_do_not_tell_of_is_not_left_out(bus):
    lookout = lookout_of(bus)
    try:
        assert len(await lookout.ends(["activity"])) == 3

        with pytest.raises(UnknownTopicOrPartitionError, match="elsewhere"):
            await lookout.ends(["activity", "elsewhere"])
    finally:
        await lookout.close()
