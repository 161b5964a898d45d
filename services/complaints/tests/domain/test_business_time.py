"""Business hours: only open time counts, over week-ends, holidays and changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.domain.business_time import (
    BusinessCalendar,
    add_business_time,
    open_time_between,
    start_of_open_time,
)


def desk(zone="Europe/London", opens=time(9), closes=time(17), weekdays=range(5), holidays=()):
    return BusinessCalendar(ZoneInfo(zone), opens, closes, frozenset(weekdays), frozenset(holidays))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@st.composite
def calendars(draw):
    opens = draw(st.integers(0, 22))
    closes = draw(st.integers(opens + 1, 23))
    zones = ["Europe/London", "America/Bogota", "Pacific/Auckland", "Asia/Kolkata", "UTC"]
    return desk(
        draw(st.sampled_from(zones)),
        time(opens),
        time(closes),
        draw(st.sets(st.integers(0, 6), min_size=1)),
        draw(st.sets(st.dates(date(2011, 1, 1), date(2011, 12, 31)), max_size=20)),
    )


instants = st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda past: at("2011-01-01T00:00") + past)
durations = st.timedeltas(timedelta(minutes=1), timedelta(hours=200))


def test_within_one_day_time_simply_passes():
    assert add_business_time(at("2011-02-01T10:00"), timedelta(hours=4), desk()) == at("2011-02-01T14:00")


def test_what_is_left_on_friday_evening_counts_on_monday_morning():
    assert add_business_time(at("2011-02-04T16:00"), timedelta(hours=4), desk()) == at("2011-02-07T12:00")


def test_a_complaint_at_night_waits_for_the_morning():
    assert add_business_time(at("2011-02-01T22:30"), timedelta(hours=1), desk()) == at("2011-02-02T10:00")


def test_a_holiday_does_not_count():
    closed_on_tuesday = desk(holidays=[date(2011, 2, 1)])

    due = add_business_time(at("2011-01-31T16:00"), timedelta(hours=2), closed_on_tuesday)

    assert due == at("2011-02-02T10:00")


def test_opening_hours_follow_the_local_clock_when_summer_time_begins():
    """Clocks went forward in London on Sunday 27 March 2011: nine o'clock is 08:00 UTC from then on."""
    assert add_business_time(at("2011-03-25T16:30"), timedelta(hours=1), desk()) == at("2011-03-28T08:30")


def test_a_desk_that_never_opens_is_refused():
    never = desk(weekdays=())

    with pytest.raises(ValueError, match="no open hours"):
        add_business_time(at("2011-02-01T10:00"), timedelta(hours=1), never)


@given(calendars(), instants, durations)
def test_the_answer_lies_in_opening_hours(calendar, start, duration):
    end = add_business_time(start, duration, calendar)

    local_day = end.astimezone(calendar.zone).date()
    opening, closing = calendar.hours_of(local_day)
    assert calendar.is_open_on(local_day)
    assert opening < end <= closing
    assert end - start >= duration


@given(calendars(), instants, durations, durations)
def test_two_amounts_one_after_the_other_are_their_sum(calendar, start, first, second):
    at_once = add_business_time(start, first + second, calendar)

    assert add_business_time(add_business_time(start, first, calendar), second, calendar) == at_once


@given(calendars(), instants, instants, durations)
def test_who_comes_first_is_due_first(calendar, one, other, duration):
    earlier, later = sorted([one, other])

    assert add_business_time(earlier, duration, calendar) <= add_business_time(later, duration, calendar)


@given(calendars(), instants, durations)
def test_an_instant_is_the_same_in_every_zone_it_is_written_in(calendar, start, duration):
    in_tokyo = start.astimezone(ZoneInfo("Asia/Tokyo"))

    assert add_business_time(in_tokyo, duration, calendar) == add_business_time(start, duration, calendar)


@given(instants, durations, calendars())
def test_open_time_is_measured_as_it_is_added(start, duration, calendar):
    assert open_time_between(start, add_business_time(start, duration, calendar), calendar) == duration


@given(st.lists(instants, min_size=3, max_size=3).map(sorted), calendars())
def test_open_time_of_parts_adds_up(moments, calendar):
    first, middle, last = moments
    parts = open_time_between(first, middle, calendar) + open_time_between(middle, last, calendar)

    assert parts == open_time_between(first, last, calendar)
    assert open_time_between(last, first, calendar) == timedelta(0) or first == last


@given(instants, instants, durations, calendars())
def test_open_time_is_counted_back_as_it_is_added(one, other, duration, calendar):
    earliest, end = sorted([one, other])
    start = start_of_open_time(end, duration, calendar, earliest=earliest)

    assert earliest <= start <= end
    assert open_time_between(start, end, calendar) == min(duration, open_time_between(earliest, end, calendar))
