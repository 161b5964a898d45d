"""What one poll of a worker takes: never more than a transaction, and what comes together together."""

from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition

from lealtad.events.subscriptions import READERS
from lealtad.kafka.consume.lanes import Lanes
from lealtad.settings import ServiceSettings

SETTINGS = ServiceSettings(
    database_url="postgresql://", token_secret="x" * 32, poll_records=5, hold_ms=1000, idle_gather_ms=0, gather_ms=0
)


class Client:
    """Stands in for Kafka's: gives records in the order of a script, one entry a call, what is left over first."""

    def __init__(self, *script: tuple[str, int]) -> None:
        self.script = list(script)
        self.left: dict[TopicPartition, int] = {}
        self.rests = False

    def rest(self) -> None:
        self.rests = True

    def go_on(self) -> None:
        self.rests = False

    async def getmany(self, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[SimpleNamespace]]:
        assert max_records > 0
        assert timeout_ms >= 0
        assert not self.rests
        if not self.left and self.script:
            topic, number = self.script.pop(0)
            self.left = {TopicPartition(f"lealtad.{topic}", 0): number}
        found = {place: min(number, max_records) for place, number in self.left.items() if number}
        self.left = {place: self.left[place] - number for place, number in found.items() if self.left[place] > number}
        return {place: [record(place)] * number for place, number in found.items()}


def record(place: TopicPartition) -> SimpleNamespace:
    return SimpleNamespace(topic=place.topic, partition=0, offset=0, key=None, headers=(), value=None)


@pytest.fixture
def lanes_of(monkeypatch):
    """Give a function that makes the lanes of a service, whose client is the test's."""

    def make(service: str, client: Client) -> Lanes:
        for name in ("create_group_client", "create_backfill_client"):
            monkeypatch.setattr(f"lealtad.kafka.consume.lanes.{name}", lambda *_: client)
        return Lanes(SETTINGS, READERS[service])

    return make


async def taken(lanes: Lanes) -> list[str]:
    return [record.topic for record in await lanes.poll(0, backfill=0)]


@pytest.mark.parametrize("service", ["complaints", "campaigns"])
async def test_a_poll_takes_no_more_than_a_transaction_may(lanes_of, service: str) -> None:
    lanes = lanes_of(service, Client(("segments", 5), ("segments", 12)))

    assert [len(await taken(lanes)) for _ in range(5)] == [5, 5, 5, 2, 0]


async def test_what_waits_for_a_follow_up_goes_with_it(lanes_of) -> None:
    client = Client(("activity", 1), ("scores", 1), ("segments", 1), ("activity", 1))
    lanes = lanes_of("campaigns", client)

    assert await taken(lanes) == ["activity", "scores", "segments"]
    assert client.rests


async def test_what_is_urgent_waits_for_nothing(lanes_of) -> None:
    lanes = lanes_of("churn-scoring", Client(("activity", 1), ("activity", 1)))

    assert [await taken(lanes), await taken(lanes)] == [["activity"], ["activity"]]


async def test_off_the_decision_path_what_came_meanwhile_is_asked_for_once(lanes_of) -> None:
    lanes = lanes_of("customer-profile", Client(("scores", 1), ("segments", 2), ("offers", 1)))

    assert await taken(lanes) == ["scores", "segments", "segments"]
    assert await taken(lanes) == ["offers"]
