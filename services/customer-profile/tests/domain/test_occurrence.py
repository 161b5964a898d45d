from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.occurrence import OccurrenceWindow

NOW = datetime(2011, 3, 1, 9, tzinfo=UTC)
WINDOW = OccurrenceWindow(future_tolerance=timedelta(minutes=5), oldest_age=timedelta(days=3650))


@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=-5), timedelta(days=3650), timedelta(days=1)])
def test_both_ends_are_allowed(age):
    assert WINDOW.violation(NOW - age, NOW) is None


def test_the_future_and_the_ancient_are_refused_for_their_own_reasons():
    assert "after the present business time" in (WINDOW.violation(NOW + timedelta(minutes=5, seconds=1), NOW) or "")
    assert "more than 3650 days" in (WINDOW.violation(NOW - timedelta(days=3650, seconds=1), NOW) or "")


@given(st.timedeltas(timedelta(-10000), timedelta(10000)), st.integers(-720, 720))
def test_the_zone_in_which_a_time_is_written_does_not_matter(age, minutes):
    occurred_at = NOW - age
    elsewhere = occurred_at.astimezone(timezone(timedelta(minutes=minutes)))
    assert WINDOW.violation(elsewhere, NOW) == WINDOW.violation(occurred_at, NOW)
