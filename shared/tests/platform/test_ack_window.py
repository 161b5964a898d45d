"""When rows that Kafka acknowledged leave the outbox, and that none goes out twice without a fault."""

from functools import partial
from uuid import UUID

import pytest

from lealtad.ids import new_id
from lealtad.kafka.publish import ack_window
from lealtad.observability.metrics import REGISTRY
from lealtad.unit_of_work import Database

from .conftest import Bus, until
from .echo import ECHO, a_score
from .worlds import World, is_so

EMPTY = "SELECT NOT EXISTS (SELECT FROM outbox)"
OF_THE_RELAY = "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '% relay'"
FOR_EVER = 3600.0


@pytest.fixture
def world(bus: Bus, databases, worker_of, url: str) -> World:
    return World(bus, databases, worker_of, url)


@pytest.fixture
async def url(databases) -> str:
    return await databases.create_url(ECHO)


@pytest.fixture(autouse=True)
def _small_turns_are_not_deleted_by_time_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ack_window, "LONGEST_S", FOR_EVER)


async def emit(database: Database, *customers: UUID) -> None:
    async with database.begin() as uow:
        for customer in customers:
            uow.emit(a_score(customer, 1, uow.now, []), key=customer)


def acknowledgements() -> float:
    return REGISTRY.get_sample_value("lealtad_relay_records_total", {"topic": "scores"}) or 0.0


async def keys_on(bus: Bus, count: int) -> set[str]:
    return {record.key.decode() for record in await bus.read("scores", count)}


async def test_small_turns_are_deleted_together_and_at_the_latest_when_the_relay_stops(bus: Bus, world: World):
    first, second, third = (new_id() for _ in range(3))
    async with world.worker_of(ECHO, world.url) as (_, runtime):
        for customer in (first, second):
            before = acknowledgements()
            await emit(runtime.database, customer)
            await until(partial(_has_grown, before))
        assert await is_so(runtime, "SELECT count(*) = 2 FROM outbox")
    async with world.runtime() as runtime:
        assert await is_so(runtime, EMPTY)
        assert await is_so(runtime, "SELECT sum(next) = 2 FROM relayed_end")
    async with world.worker_of(ECHO, world.url) as (_, runtime):
        await emit(runtime.database, third)
        assert await keys_on(bus, 3) == {str(first), str(second), str(third)}


async def test_small_turns_are_deleted_without_another_one_once_they_are_old(
    monkeypatch: pytest.MonkeyPatch, world: World
):
    monkeypatch.setattr(ack_window, "LONGEST_S", 0.1)
    async with world.worker_of(ECHO, world.url, relay_poll_ms=0) as (_, runtime):
        await emit(runtime.database, new_id())
        await until(lambda: is_so(runtime, "SELECT sum(next) = 1 FROM relayed_end"))
        assert await is_so(runtime, EMPTY)


async def test_a_large_turn_is_deleted_at_once(world: World):
    async with world.worker_of(ECHO, world.url) as (_, runtime):
        await emit(runtime.database, *(new_id() for _ in range(ack_window.MOST_ROWS + 1)))
        await until(lambda: is_so(runtime, EMPTY))


async def test_what_a_relay_forgets_with_its_connection_goes_out_once_more_in_order(bus: Bus, world: World):
    customer = new_id()
    async with world.worker_of(ECHO, world.url) as (_, runtime):
        await emit(runtime.database, customer)
        await emit(runtime.database, customer)
        await bus.read("scores", 2)
        assert await is_so(runtime, f"SELECT count(pg_terminate_backend(pid)) = 1 {OF_THE_RELAY}")
        await emit(runtime.database, customer)
        records = await bus.read("scores", 5)
    sequences = [int(dict(record.headers)["ce_sequence"]) for record in records]
    assert sequences == [1, 2, 1, 2, 3]


async def _has_grown(before: float) -> bool:
    return acknowledgements() > before
