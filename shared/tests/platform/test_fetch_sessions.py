"""A broker is told what changed since the last request, and nothing that it knows."""

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.protocol.fetch import FetchRequest, FetchRequest_v4, FetchRequest_v7, FetchRequest_v11

from lealtad.kafka.client.fetch_sessions import NO_SESSION, FetchSessions, IncrementalFetch, Session
from lealtad.kafka.client.reading_client import create_reading_client
from lealtad.kafka.consume.lanes import has_lag

from .conftest import until

SIZE = 1024


def reading(**offsets: dict[int, int]) -> FetchRequest:
    """A request of aiokafka for topics with the offset of each partition."""
    topics = [(topic, [(number, at, SIZE) for number, at in places.items()]) for topic, places in offsets.items()]
    return FetchRequest(500, 1, 1 << 20, 0, topics)


def answer(identity: int = 7, error_code: int = 0, version: int = 11) -> SimpleNamespace:
    return SimpleNamespace(API_VERSION=version, error_code=error_code, session_id=identity)


class Broker:
    """Takes note of what it is asked, and gives the answers that a test wants."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked: list[Any] = []

    async def send(self, _node: int, request: object) -> object:
        self.asked.append(request.build(FetchRequest_v11) if isinstance(request, IncrementalFetch) else request)
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def asked_for(request: FetchRequest_v11) -> dict[str, dict[int, int]]:
    return {topic: {place[0]: place[2] for place in places} for topic, places in request.topics}


async def test_the_first_request_names_everything_and_the_next_only_what_moved():
    broker = Broker(answer(), answer(), answer())
    sessions = FetchSessions(broker)

    await sessions.send(1, reading(scores={0: 5, 1: 9}, cases={0: 0}))
    await sessions.send(1, reading(scores={0: 6, 1: 9}, cases={0: 0}))
    await sessions.send(1, reading(scores={0: 6, 1: 9}, cases={0: 0}))

    assert [(each.session_id, each.session_epoch) for each in broker.asked] == [(NO_SESSION, 0), (7, 1), (7, 2)]
    assert [asked_for(each) for each in broker.asked] == [
        {"scores": {0: 5, 1: 9}, "cases": {0: 0}},
        {"scores": {0: 6}},
        {},
    ]


async def test_a_partition_that_is_not_read_any_more_is_to_be_forgotten():
    broker = Broker(answer(), answer(), answer())
    sessions = FetchSessions(broker)

    await sessions.send(1, reading(scores={0: 5, 1: 9}))
    await sessions.send(1, reading(scores={1: 9}))
    await sessions.send(1, reading(scores={0: 5, 1: 9}))

    assert [each.forgotten_topics_data for each in broker.asked] == [[], [("scores", [0])], []]
    assert asked_for(broker.asked[2]) == {"scores": {0: 5}}


@pytest.mark.parametrize(
    "failure",
    [answer(error_code=70), answer(error_code=71), answer(identity=NO_SESSION), ConnectionError("gone")],
    ids=["not found", "wrong epoch", "broker keeps none", "connection"],
)
async def test_a_session_that_fails_is_begun_anew_with_everything(failure):
    broker = Broker(answer(), failure, answer())
    sessions = FetchSessions(broker)
    await sessions.send(1, reading(scores={0: 5, 1: 9}))

    with suppress(ConnectionError):
        await sessions.send(1, reading(scores={0: 6, 1: 9}))
    await sessions.send(1, reading(scores={0: 6, 1: 9}))

    assert (broker.asked[2].session_id, broker.asked[2].session_epoch) == (NO_SESSION, 0)
    assert asked_for(broker.asked[2]) == {"scores": {0: 6, 1: 9}}


async def test_another_assignment_begins_with_everything_since_it_does_not_know_the_ends():
    broker = Broker(answer(), answer(), answer(8), answer(8))
    sessions = FetchSessions(broker)
    for assignment in ("first", "first", "second", "second"):
        sessions.read_for(assignment)
        await sessions.send(1, reading(scores={0: 5, 1: 9}))

    assert [each.session_id for each in broker.asked] == [NO_SESSION, 7, NO_SESSION, 8]
    assert [asked_for(each) for each in broker.asked] == [{"scores": {0: 5, 1: 9}}, {}] * 2


async def test_each_broker_has_a_session_of_its_own_and_other_requests_go_as_they_are():
    broker = Broker(answer(), answer(8), "metadata", answer(), answer(8))
    sessions = FetchSessions(broker)
    for node in (1, 2):
        await sessions.send(node, reading(scores={node: 0}))
    assert await sessions.send(1, "metadata request") == "metadata"
    for node in (1, 2):
        await sessions.send(node, reading(scores={node: 0}))

    assert broker.asked[2] == "metadata request"
    assert [each.session_id for each in broker.asked[3:]] == [7, 8]


def test_a_broker_of_before_is_asked_as_aiokafka_does():
    request = reading(scores={0: 5})
    assert IncrementalFetch(request, Session()).build(FetchRequest_v4) == request.build(FetchRequest_v4)


@pytest.mark.parametrize("version", [FetchRequest_v7, FetchRequest_v11])
def test_a_request_is_encoded_in_every_version(version):
    assert IncrementalFetch(reading(scores={0: 5}), Session()).build(version).encode()


def test_epochs_go_round():
    session = Session()
    session.epoch = 2**31 - 1
    assert session.goes_on(answer())
    assert session.epoch == 1


async def test_partitions_that_come_back_are_known_to_be_read_though_nothing_comes(bus):
    busy, quiet = (TopicPartition(f"{bus.prefix}.activity", number) for number in (0, 1))
    client = create_reading_client(bootstrap_servers=bus.address, enable_auto_commit=False)

    def stand_at(offset: int) -> None:
        client.assign([busy, quiet])
        client.seek(busy, offset)
        client.seek(quiet, 0)

    async def arrived() -> bool:
        return client.highwater(busy) == 1

    async def is_all_read() -> bool:
        return not await has_lag(client)

    await client.start()
    try:
        stand_at(0)
        await until(is_all_read)
        await bus.producer.send_and_wait(busy.topic, b"", partition=busy.partition)
        # While a record lies there nothing is asked for: so no request was under way that the change breaks off.
        await until(arrived)
        stand_at(1)
        await until(is_all_read)
    finally:
        await client.stop()
