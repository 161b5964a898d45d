"""A restored database is made to fit the Kafka that went on without it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import pytest

from lealtad.app.adopt_restore import WorkersRunError, adopt_restore
from lealtad.app.republish import republish
from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.kafka.consume.positions import AnotherClusterError
from lealtad.testing.driving import emitted

from .conftest import until
from .echo import ECHO, echo_restoring
from .test_republish import EVER, on_the_wire
from .worlds import World, a_world, is_so, make_anew


class Memory:
    """Owned state that a service takes back."""

    def __init__(self) -> None:
        self.events: list[Event[Any]] = []

    async def restore(self, _uow: object, events: Sequence[Event[Any]]) -> Iterable[UUID]:
        self.events += events
        return []


async def adopt(world: World, memory: Memory | None = None):
    service = echo_restoring(memory.restore) if memory else ECHO
    async with world.runtime(service) as runtime:
        return await adopt_restore(runtime)


def sequences(records, customer):
    return [int(dict(record.headers)["ce_sequence"]) for record in records if record.key == str(customer).encode()]


async def test_events_published_since_the_back_up_are_taken_back_and_sequences_go_on_behind_them(
    bus, databases, worker_of
):
    world, customer, memory = await a_world(bus, databases, worker_of), new_id(), Memory()
    await world.announce(customer)
    backup = await world.copy()
    lost = [await world.announce(customer), await world.announce(customer)]

    adopted = await adopt(backup, memory)
    await backup.announce(customer)

    assert [event.id for event in memory.events] == [ref.id for ref in lost]
    assert adopted.taken_back == {lost[0].type: 2}
    assert sequences(await bus.read("scores", 5), customer) == [1, 2, 3, 4]


async def test_what_was_handled_since_the_back_up_is_handled_again_and_announced_behind_what_is_published(
    bus, databases, worker_of
):
    world = await a_world(bus, databases, worker_of)
    backup = await world.copy()
    customer = await world.handle_a_purchase()
    async with backup.held():
        await adopt(backup)  # a worker that is held need not be stopped, and begins by itself
        records = await bus.read("scores", 3)

    assert sequences(records, customer) == [1, 2]
    await backup.handle_a_purchase()


async def test_a_fact_that_came_in_before_the_adoption_is_numbered_behind_those_it_did_not_know(
    bus, databases, worker_of
):
    world, customer = await a_world(bus, databases, worker_of), new_id()
    backup = await world.copy()
    published = await world.announce(customer)
    newcomer = await backup.announce(customer, relayed=False)

    adopted = await adopt(backup)
    async with worker_of(ECHO, backup.url):
        records = [record for record in await bus.read("scores", 3) if record.key == str(customer).encode()]

    assert adopted.renumbered == 1
    assert [dict(record.headers)["ce_id"].decode() for record in records] == [str(published.id), str(newcomer.id)]
    assert sequences(records, customer) == [1, 2]


async def test_what_waited_in_the_outbox_and_was_sent_after_the_back_up_is_not_sent_again(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await world.announce(relayed=False)
    backup = await world.copy()
    await world.announce()

    adopted = await adopt(backup)

    assert adopted.not_sent_again == 1
    async with backup.runtime() as runtime:
        assert await emitted(runtime.database) == []


async def test_what_was_taken_back_can_be_published_again_with_the_same_bytes(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    backup = await world.copy()
    await world.announce()
    await adopt(backup, Memory())

    async with worker_of(ECHO, backup.url) as (_, runtime):
        assert await republish(runtime.database, EVER) == 2
        records = [on_the_wire(record) for record in await bus.read("scores", 4)]

    assert sorted(Counter(records).values()) == [2, 2]


async def test_an_emptied_database_learns_all_that_it_ever_published(bus, databases, worker_of):
    memory = Memory()
    await a_world(bus, databases, worker_of)
    emptied = World(bus, databases, worker_of, await databases.create_url(ECHO))

    await adopt(emptied, memory)

    assert len(memory.events) == 1
    await emptied.handle_a_purchase()


async def test_events_whose_state_cannot_be_taken_back_are_named(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    backup = await world.copy()
    lost = await world.announce()

    adopted = await adopt(backup)

    assert adopted.lost == {lost.type: [lost.id]}
    assert any(str(lost.id) in line for line in adopted.lines())


async def test_a_topic_that_was_made_anew_is_read_from_its_beginning_without_second_effects(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await make_anew(bus, "activity")

    adopted = await adopt(world)

    assert [place.split("/")[0] for place in adopted.read_anew] == ["activity"]
    await world.handle_a_purchase()


async def test_an_own_topic_that_was_made_anew_is_filled_again_by_republish(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    [before] = await bus.read("scores", 1)
    await make_anew(bus, "scores")
    await adopt(world)

    async with worker_of(ECHO, world.url) as (_, runtime):
        await republish(runtime.database, EVER)
        [after] = await bus.read("scores", 1)

    assert on_the_wire(after) == on_the_wire(before)


async def test_a_second_run_finds_nothing_to_do(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    backup = await world.copy()
    await world.announce()
    await adopt(backup)

    again = await adopt(backup)

    assert (again.published, again.lost, again.renumbered, again.read_anew) == (0, {}, 0, [])


async def test_it_is_refused_while_workers_are_at_work(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    async with worker_of(ECHO, world.url) as (worker, _):

        async def leads() -> bool:
            return worker.relay.leads

        await until(leads)
        with pytest.raises(WorkersRunError, match="stop them first"):
            await adopt(world)


async def test_another_cluster_is_refused(bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await world.change("UPDATE consumer_position SET cluster_id = 'elsewhere'")

    with pytest.raises(AnotherClusterError, match="point LEALTAD_KAFKA_BOOTSTRAP"):
        await adopt(world)
    async with world.runtime() as runtime:
        assert await is_so(runtime, "SELECT bool_and(cluster_id = 'elsewhere') FROM consumer_position")
