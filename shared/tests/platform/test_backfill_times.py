"""When a worker works on a backfill, and when it counts as over."""

import math

import pytest

from lealtad.kafka.consume.backfill import BackfillLane
from lealtad.testing.postgres import settings_for

from .echo import ECHO

QUIET_S, LONGEST_S = 2.0, 60.0


class Stopwatch:
    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def lane(watch: Stopwatch) -> BackfillLane:
    values = {"backfill_quiet_ms": 1000, "backfill_longest_s": LONGEST_S, "backfill_share": 0.25}
    return BackfillLane(settings_for(ECHO, "postgresql://nowhere", **values), stage=2, monotonic=watch)


def test_nothing_is_over_where_nobody_waits(lane, watch):
    watch.s += 10 * LONGEST_S

    assert not lane.is_over(behind=False)


def test_a_backfill_is_over_when_it_was_read_and_quiet_for_the_time_of_its_stage(lane, watch):
    lane.note_waiting()
    watch.s += QUIET_S - 0.1
    assert not lane.is_over(behind=False)
    watch.s += 0.2
    assert lane.is_over(behind=False)


def test_what_still_comes_puts_the_end_off(lane, watch):
    lane.note_waiting()
    watch.s += QUIET_S - 0.1
    lane.note_waiting()
    watch.s += 0.2

    assert not lane.is_over(behind=False)


def test_it_is_quiet_anew_when_the_services_before_this_one_have_read_it(lane, watch):
    lane.note_waiting()
    watch.s += QUIET_S + 0.1
    assert lane.asks_others
    lane.note_others_behind()
    assert not lane.is_over(behind=False)
    watch.s += QUIET_S + 0.1
    assert lane.is_over(behind=False)
    lane.note_evaluated(more=True)
    assert not lane.asks_others


def test_services_before_this_one_are_not_waited_for_without_end(lane, watch):
    lane.note_waiting()
    watch.s += LONGEST_S + 0.1
    lane.note_others_behind()

    assert not lane.asks_others
    assert lane.is_over(behind=False)


def test_what_is_not_read_yet_puts_the_end_off(lane, watch):
    lane.note_waiting()
    watch.s += 2 * QUIET_S

    assert not lane.is_over(behind=True)


def test_a_backfill_that_never_ends_is_evaluated_in_between_and_then_counted_anew(lane, watch):
    for _ in range(int(LONGEST_S)):
        lane.note_waiting()
        watch.s += 1
    assert lane.is_over(behind=True)

    lane.note_evaluated(more=False)
    lane.note_waiting()
    assert not lane.is_over(behind=True)


def test_beside_live_events_it_takes_its_share_of_the_time(lane, watch):
    lane.note_live()
    lane.note_work(0.1)
    watch.s += 0.29
    assert lane.rests
    watch.s += 0.02
    assert not lane.rests


def test_beside_live_events_it_takes_little_at_once_and_nothing_while_it_rests(lane, watch):
    assert lane.at_once == 100
    lane.note_live()
    assert lane.at_once == 20
    lane.note_work(0.1)
    assert lane.at_once == 0
    watch.s += 60
    assert lane.at_once == 100


def test_who_still_waits_once_it_is_over_waits_for_no_live_event_that_does_not_come(lane, watch):
    lane.note_waiting()
    assert lane.longest_wait_s == math.inf
    lane.note_evaluated(more=True)
    assert lane.longest_wait_s == 0
    lane.note_live()
    lane.note_work(0.1)
    assert lane.longest_wait_s == pytest.approx(0.3)
    lane.note_evaluated(more=False)
    assert lane.longest_wait_s == math.inf


def test_who_is_left_when_some_were_evaluated_does_not_put_the_end_off(lane, watch):
    lane.note_waiting()
    watch.s += QUIET_S
    lane.note_evaluated(more=True)
    lane.note_left()
    assert lane.is_over(behind=False)
    assert lane.longest_wait_s == 0


def test_who_is_left_from_before_a_restart_waits_for_quiet(lane, watch):
    lane.note_left()
    assert not lane.is_over(behind=False)
    watch.s += QUIET_S
    assert lane.is_over(behind=False)


def test_more_of_it_is_heard_first(lane, watch):
    lane.note_evaluated(more=True)
    lane.note_waiting()
    assert lane.longest_wait_s == math.inf


def test_alone_it_takes_all_the_time(lane, watch):
    lane.note_live()
    watch.s += 60
    lane.note_work(0.1)

    assert not lane.rests
