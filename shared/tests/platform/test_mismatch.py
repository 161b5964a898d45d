"""A database and a Kafka that do not belong together are found out before anything is handled or sent."""

from sqlalchemy import text

from lealtad.ids import new_id
from lealtad.kafka.recovery import consumption_pause

from .echo import ECHO
from .publishing import publish
from .worlds import World, a_world, forget_group, make_anew


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
    emptied = World(bus, databases, worker_of, await databases.create_url(ECHO))

    async with emptied.held() as (_, reason):
        assert "restored from an older back-up" in reason


async def test_emptied_group_offsets_stop_nothing_since_positions_rule(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await forget_group(bus, f"{bus.prefix}.churn-scoring")

    await world.handle_a_purchase()

    assert len(await bus.read("scores", 2)) == 2


async def test_another_cluster_under_the_same_address_is_refused(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await world.change("UPDATE consumer_position SET cluster_id = 'elsewhere'")

    async with world.held() as (_, reason):
        assert "belongs to cluster elsewhere" in reason


async def test_own_topics_on_another_cluster_are_refused(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await world.change("UPDATE relayed_end SET cluster_id = 'elsewhere'")

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
    await world.change("UPDATE consumer_position SET cluster_id = 'elsewhere'")
    async with world.held() as (runtime, _):
        async with runtime.database.begin() as uow:
            await uow.connection.execute(
                text("UPDATE consumer_position SET cluster_id = (SELECT max(cluster_id) FROM relayed_end)")
            )
        await publish(bus, new_id())
        await bus.read("scores", 2)
        assert await consumption_pause.reason(runtime.database) is None


async def test_an_end_between_sending_and_noting_it_is_no_older_database(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    [sent] = await bus.read("scores", 1)
    await world.change("INSERT INTO outbox (event) SELECT seq FROM emitted_event")
    await bus.producer.send_and_wait(sent.topic, key=sent.key, value=sent.value, headers=list(sent.headers))

    await world.handle_a_purchase()


async def test_a_copy_that_a_relay_sent_late_is_no_older_database(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    [sent] = await bus.read("scores", 1)
    await bus.producer.send_and_wait(sent.topic, key=sent.key, value=sent.value, headers=list(sent.headers))

    await world.handle_a_purchase()
