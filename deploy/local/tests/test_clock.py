import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from lealtad.clock import StackClock
from lealtad_local import clock, stack
from lealtad_local.errors import StackError
from lealtad_local.home import Home
from lealtad_local.state import Options, Phase, StackState

NOON = datetime(2011, 3, 1, 12, tzinfo=UTC)


def test_the_clock_is_read_any_number_of_times_without_keeping_files_open(tmp_path: Path) -> None:
    home = Home(tmp_path)
    StackClock.write(home.clock, NOON)
    before = psutil.Process().num_fds()
    for _ in range(20):
        assert clock.read(home) == NOON
    assert psutil.Process().num_fds() == before


def a_home(folder: Path, *, clock_at: datetime | None = NOON, stopped_at: datetime | None = None) -> Home:
    """Return the home of a stack that ran on a clock, or on the machine's time until it was stopped."""
    home = Home(folder)
    home.create()
    home.postgres.mkdir()
    StackState(phase=Phase.STOPPED).save(home)
    if clock_at:
        StackClock.write(home.clock, clock_at)
    if stopped_at:
        os.utime(home.state, (stopped_at.timestamp(), stopped_at.timestamp()))
    return home


EARLIER = NOON - timedelta(seconds=1)


def test_an_earlier_clock_is_refused_in_the_same_words_at_the_start_and_when_it_is_set(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    with pytest.raises(StackError) as at_start:
        stack.up(home, Options(clock=EARLIER))
    with pytest.raises(StackError) as when_set:
        clock.set_to(home, EARLIER)

    assert str(at_start.value) == str(when_set.value)
    assert "stands at 2011-03-01T12:00:00+00:00 and does not go back" in str(at_start.value)
    assert clock.read(home) == NOON


def test_a_clock_may_stand_still_or_move_on_and_empty_data_begin_at_any_time(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    for moment in (NOON, NOON + timedelta(days=1), None):
        clock.require_reached(home, moment)
    clock.require_reached(home, EARLIER, fresh=True)
    clock.require_reached(Home(tmp_path / "new"), EARLIER)


def test_the_machines_time_is_no_way_back(tmp_path: Path) -> None:
    home = a_home(tmp_path, clock_at=datetime(2800, 1, 1, tzinfo=UTC))
    with pytest.raises(StackError, match="does not go back to the machine's time"):
        clock.require_reached(home, None)


def test_what_ran_on_the_machines_time_does_not_go_back_before_it_was_stopped(tmp_path: Path) -> None:
    home = a_home(tmp_path, clock_at=None, stopped_at=NOON)
    clock.require_reached(home, NOON)
    with pytest.raises(StackError, match="does not go back"):
        clock.require_reached(home, EARLIER)


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_a_time_at_the_edge_is_none_that_a_stack_runs_on(tmp_path: Path, moment: datetime) -> None:
    with pytest.raises(StackError, match="1970-01-01 to 2900-01-01"):
        clock.require_reached(Home(tmp_path), moment, fresh=True)
    home = a_home(tmp_path / "home")
    for delta in (timedelta.max, timedelta.min):
        with pytest.raises(StackError, match="1970-01-01 to 2900-01-01"):
            clock.advance(home, delta)
    for days in (1e300, float("nan")):
        with pytest.raises(StackError, match="1970-01-01 to 2900-01-01"):
            clock.span(days, 0)
