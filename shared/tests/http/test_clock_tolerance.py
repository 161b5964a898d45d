"""Times of callers whose clocks differ a little are moved into the possible range; all others are refused."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lealtad.instants import CLOCK_TOLERANCE_S, within_tolerance

EARLIEST = datetime(2011, 3, 1, 9, tzinfo=UTC)
TOLERANCE = timedelta(seconds=CLOCK_TOLERANCE_S)


@given(st.integers(-1_000, 2_000), st.integers(0, 1_000))
def test_a_time_is_moved_by_no_more_than_the_tolerance_or_refused(offset: int, length: int) -> None:
    instant, latest = EARLIEST + timedelta(seconds=offset), EARLIEST + timedelta(seconds=length)

    possible = within_tolerance(instant, TOLERANCE, earliest=EARLIEST, latest=latest)

    if EARLIEST <= instant <= latest:
        assert possible == instant
    elif possible is None:
        assert instant < EARLIEST - TOLERANCE or instant > latest + TOLERANCE
    else:
        assert possible in {EARLIEST, latest}
        assert abs(possible - instant) <= TOLERANCE
