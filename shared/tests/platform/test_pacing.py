"""When a worker polls, and how long what it polled waits."""

import asyncio

import pytest

from lealtad.events.subscriptions import READERS
from lealtad.kafka.consume.pacing import Pace
from lealtad.settings import ServiceSettings

SETTINGS = ServiceSettings(
    database_url="postgresql://", token_secret="x" * 32, gather_ms=50, hold_ms=100, idle_gather_ms=250
)


class Time:
    """Monotonic time that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


def pace_of(service: str, time: Time) -> Pace:
    return Pace(READERS[service], SETTINGS, time)


def rest_after(pace: Pace, time: Time, seconds: float) -> float:
    """Return how long a worker rests after a batch that took `seconds`."""
    pace.batch_begins()
    time.passes(seconds)
    return pace.rest_s()


def test_where_nothing_was_done_nobody_rests(time: Time) -> None:
    assert pace_of("churn-scoring", time).rest_s() == 0


def test_a_worker_rests_as_long_as_its_batch_took_and_once(time: Time) -> None:
    pace = pace_of("churn-scoring", time)
    assert rest_after(pace, time, 0.020) == pytest.approx(0.020)
    assert pace.rest_s() == 0


def test_but_not_longer_than_it_may(time: Time) -> None:
    assert rest_after(pace_of("churn-scoring", time), time, 3) == pytest.approx(0.050)


def test_off_the_decision_path_it_gathers_instead(time: Time) -> None:
    pace = pace_of("complaints", time)
    assert pace.gathers
    assert rest_after(pace, time, 0.020) == 0


async def test_a_gathering_ends_when_somebody_waits(time: Time) -> None:
    settings = SETTINGS.model_copy(update={"idle_gather_ms": 3_600_000})
    pace = Pace(READERS["complaints"], settings, time)
    gathering = asyncio.create_task(pace.gather())
    await asyncio.sleep(0)
    pace.hurry()
    await asyncio.wait_for(gathering, 10)


@pytest.mark.parametrize(
    ("service", "topics", "seconds"),
    [
        ("campaigns", {"activity"}, 0.1),
        ("campaigns", {"activity", "scores"}, 0.1),
        ("campaigns", {"activity", "scores", "segments"}, 0),
        ("segmentation", {"activity"}, 0.1),
        ("segmentation", {"activity", "scores"}, 0),
        ("churn-scoring", {"activity"}, 0),
    ],
)
def test_what_waits_for_a_follow_up_is_held_until_something_urgent_comes(
    time: Time, service: str, topics: set[str], seconds: float
) -> None:
    assert pace_of(service, time).hold_s(topics) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("service", "urgent"),
    [
        ("churn-scoring", {"customers", "activity", "cases"}),
        ("segmentation", {"customers", "cases", "scores"}),
        ("campaigns", {"customers", "cases", "segments"}),
        ("customer-profile", set()),
        ("complaints", set()),
    ],
)
def test_what_somebody_may_have_to_decide_on_is_urgent(service: str, urgent: set[str]) -> None:
    assert {topic.name for topic in READERS[service].urgent_topics} == urgent
