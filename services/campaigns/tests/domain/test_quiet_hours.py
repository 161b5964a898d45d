from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns.domain.quiet_hours import ContactHours, DailyWindow, InitiatedBy, earliest_contact, hours_of

from .builders import NOON, a_customer, a_policy

MADRID = ZoneInfo("Europe/Madrid")
MINUTE = timedelta(minutes=1)
WEEK = range(7)
DAY_MINUTES, WEEK_MINUTES = 1440, 10080

# Clocks that change at midnight (Havana, Santiago), by half an hour (Lord Howe), by a whole day (Apia in 2011), for a
# month (Casablanca), and offsets that are no whole hours.
CHANGES = [
    ("Europe/Madrid", "2011-03-27T00:00"),
    ("Europe/Madrid", "2011-10-30T00:00"),
    ("America/Havana", "2011-03-20T04:00"),
    ("America/Havana", "2011-11-13T04:00"),
    ("America/Santiago", "2019-04-07T02:00"),
    ("Australia/Lord_Howe", "2011-04-02T14:00"),
    ("Pacific/Apia", "2011-12-30T09:00"),
    ("Africa/Casablanca", "2019-05-05T01:00"),
    ("America/Bogota", "2011-03-02T12:00"),
    ("Asia/Kathmandu", "2011-03-02T12:00"),
]
hours = st.integers(0, DAY_MINUTES - 1).map(lambda minute: time(*divmod(minute, 60)))
daily = st.builds(DailyWindow, hours, hours)
weekly = st.builds(DailyWindow, hours, hours, st.frozensets(st.sampled_from(WEEK), min_size=1))
near_a_change = st.builds(
    lambda change, minutes: (ZoneInfo(change[0]), utc(change[1]) + minutes * MINUTE),
    st.sampled_from(CHANGES),
    st.integers(-2 * DAY_MINUTES, 2 * DAY_MINUTES),
)
at_any_time = st.tuples(
    st.timezone_keys(allow_prefix=False).map(ZoneInfo),
    st.integers(0, 20 * 365 * DAY_MINUTES).map(lambda minutes: NOON + minutes * MINUTE),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def madrid(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID)


def a_window(start: str, end: str, *weekdays: int) -> DailyWindow:
    return DailyWindow(time.fromisoformat(start), time.fromisoformat(end), frozenset(weekdays or WEEK))


def next_in_madrid(
    now: str, wanted: tuple[str, str] | None = None, policy: dict[str, Any] | None = None
) -> datetime | None:
    customer = a_customer(time_zone="Europe/Madrid", contact_hours=wanted)
    hours = {"start": "09:00", "end": "20:00", **(policy or {})}
    moment = hours_of(customer, a_policy(contact_hours=hours)).next_moment(madrid(now))
    return moment and moment.astimezone(MADRID)


def open_minutes(window: DailyWindow) -> set[int]:
    """Return the minutes of the week that the window is open, walked one by one from each opening."""
    start, end = (moment.hour * 60 + moment.minute for moment in (window.start, window.end))
    length = (end - start) % DAY_MINUTES or DAY_MINUTES
    return {(day * DAY_MINUTES + start + minute) % WEEK_MINUTES for day in window.weekdays for minute in range(length)}


def first_minute(now: datetime, zone: ZoneInfo, windows: tuple[DailyWindow, ...]) -> datetime | None:
    """Return the first of the minutes from `now` on, all asked in turn, at which the wall clock is in all windows."""
    allowed = set.intersection(*map(open_minutes, windows))
    for minute in range(15 * DAY_MINUTES if allowed else 0):
        local = (now + minute * MINUTE).astimezone(zone)
        if local.weekday() * DAY_MINUTES + local.hour * 60 + local.minute in allowed:
            return now + minute * MINUTE
    return None


@pytest.mark.parametrize(
    ("now", "contact"),
    [
        ("2011-03-02T12:00", "2011-03-02T12:00"),
        ("2011-03-02T07:30", "2011-03-02T09:00"),
        ("2011-03-02T20:00", "2011-03-03T09:00"),
        ("2011-03-05T21:00", "2011-03-07T09:00"),  # Saturday night: not on Sunday
        ("2011-03-26T21:00", "2011-03-28T09:00"),  # clocks go forward on Sunday the 27th
        ("2011-10-29T21:00", "2011-10-31T09:00"),  # clocks go back on Sunday the 30th
    ],
)
def test_a_contact_waits_for_the_next_allowed_local_hour(now, contact):
    assert next_in_madrid(now) == madrid(contact)


def test_hours_lost_to_summer_time_are_not_used():
    days = {"start": "02:15", "end": "02:45", "weekdays": [6]}
    assert next_in_madrid("2011-03-27T00:00", policy=days) == madrid("2011-04-03T02:15")


@pytest.mark.parametrize(
    ("wanted", "now", "contact"),
    [
        (("18:00", "21:00"), "2011-03-02T12:00", "2011-03-02T18:00"),
        (("18:00", "21:00"), "2011-03-02T20:00", "2011-03-03T18:00"),
        (("18:00", "02:00"), "2011-03-02T12:00", "2011-03-02T18:00"),  # over midnight: the policy's end holds on
        (("18:00", "02:00"), "2011-03-02T20:30", "2011-03-03T18:00"),
        (("18:00", "02:00"), "2011-03-03T01:00", "2011-03-03T18:00"),
        (("12:00", "10:00"), "2011-03-02T08:00", "2011-03-02T09:00"),  # all hours but 10 to 12
        (("12:00", "10:00"), "2011-03-02T10:00", "2011-03-02T12:00"),
        (("00:00", "00:00"), "2011-03-02T03:00", "2011-03-02T09:00"),  # a whole day
        (("07:00", "07:00"), "2011-03-02T03:00", "2011-03-02T09:00"),
        (("21:00", "23:00"), "2011-03-02T12:00", None),  # after the policy's hours
        (("20:00", "09:00"), "2011-03-02T12:00", None),  # they touch and do not meet
    ],
)
def test_a_contact_waits_for_hours_of_the_policy_that_the_customer_asked_for(wanted, now, contact):
    assert next_in_madrid(now, wanted) == (contact and madrid(contact))


@pytest.mark.parametrize(
    ("hours_of_policy", "now", "contact"),
    [
        ({"start": "22:00", "end": "02:00", "weekdays": [5]}, "2011-03-06T01:30", "2011-03-06T01:30"),
        ({"start": "22:00", "end": "02:00", "weekdays": [5]}, "2011-03-06T02:00", "2011-03-12T22:00"),
        ({"start": "00:00", "end": "00:00", "weekdays": [6]}, "2011-03-05T12:00", "2011-03-06T00:00"),
        ({"start": "18:00", "end": "18:00", "weekdays": [5]}, "2011-03-06T17:59", "2011-03-06T17:59"),
    ],
)
def test_weekdays_are_those_on_which_the_policys_hours_begin(hours_of_policy, now, contact):
    assert next_in_madrid(now, policy=hours_of_policy) == madrid(contact)


def test_an_unusable_zone_or_hour_falls_back_to_the_policy():
    customer = a_customer(time_zone="Mars/Olympus", contact_hours=("25:00", "27:00"))
    contact_hours = hours_of(customer, a_policy(time_zone="Europe/Madrid"))
    assert contact_hours == ContactHours(MADRID, (a_window("09:00", "20:00", 0, 1, 2, 3, 4, 5),))


def test_a_customer_without_a_zone_lives_in_the_deployments():
    assert hours_of(a_customer(), a_policy(time_zone="America/Bogota")).zone.key == "America/Bogota"


def test_a_customer_who_is_there_is_not_sent_away_by_contact_hours():
    night = NOON.replace(hour=3)
    never = a_customer(contact_hours=("21:00", "23:00"))
    assert earliest_contact(never, a_policy(), night, InitiatedBy.CUSTOMER) == night
    assert earliest_contact(never, a_policy(), night, InitiatedBy.COMPANY) is None


@given(where=near_a_change | at_any_time, policy=weekly, wanted=daily)
@example((MADRID, utc("2011-10-30T00:45")), a_window("01:00", "02:30"), a_window("00:00", "00:00"))
@example((MADRID, utc("2011-03-27T00:30")), a_window("02:30", "09:00"), a_window("00:00", "00:00"))
@example((MADRID, utc("2011-03-02T03:00")), a_window("09:00", "20:00"), a_window("20:00", "09:00"))
@example((ZoneInfo("Pacific/Apia"), utc("2011-12-30T09:00")), a_window("09:00", "20:00", 4), a_window("18:00", "02:00"))
def test_a_contact_is_made_at_the_first_minute_that_is_in_the_policys_and_the_customers_hours(where, policy, wanted):
    zone, now = where
    windows = (policy, wanted)
    assert ContactHours(zone, windows).next_moment(now) == first_minute(now, zone, windows)


@given(where=near_a_change, policy=weekly, wanted=daily, seconds=st.floats(0.001, 59.999))
def test_an_allowed_moment_is_not_put_off_and_no_other_is_allowed(where, policy, wanted, seconds):
    zone, minute = where
    windows, now = (policy, wanted), minute + timedelta(seconds=seconds)
    allowed = first_minute(minute, zone, windows) == minute
    assert (ContactHours(zone, windows).next_moment(now) == now) == allowed
