from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.quiet_hours import ContactWindow, window_of

from .builders import NOON, a_customer, a_policy

MADRID = ZoneInfo("Europe/Madrid")
moments = st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
ZONES = ["Europe/Madrid", "America/Bogota", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]


def madrid(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID)


def next_in_madrid(now: str, **hours) -> datetime:
    policy = a_policy(contact_hours={"start": "09:00", "end": "20:00", **hours})
    customer = a_customer(time_zone="Europe/Madrid")
    return window_of(customer, policy).next_moment(madrid(now)).astimezone(MADRID)


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
    assert next_in_madrid("2011-03-27T00:00", **days) == madrid("2011-04-03T02:15")


def test_the_hours_the_customer_asked_for_narrow_the_policys():
    customer = a_customer(time_zone="America/Bogota", contact_hours=("18:00", "21:00"))
    window = window_of(customer, a_policy())
    assert (window.start, window.end, window.zone.key) == (time(18), time(20), "America/Bogota")


def test_the_customers_own_hours_hold_where_the_two_do_not_meet():
    window = window_of(a_customer(contact_hours=("21:00", "23:00")), a_policy())
    assert (window.start, window.end) == (time(21), time(23))


def test_an_unusable_zone_or_hour_falls_back_to_the_policy():
    customer = a_customer(time_zone="Mars/Olympus", contact_hours=("25:00", "27:00"))
    window = window_of(customer, a_policy(time_zone="Europe/Madrid"))
    assert (window.start, window.zone.key) == (time(9), "Europe/Madrid")


@given(
    now=moments,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    start=st.times(),
    end=st.times(),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
)
def test_the_moment_is_never_in_the_past_and_always_inside_local_hours(now, zone, start, end, weekdays):
    start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    window = ContactWindow(zone, start, end, weekdays)
    moment = window.next_moment(now)
    assert moment >= now
    local = moment.astimezone(zone)
    clock = local.time()
    if start < end:
        assert start <= clock < end
        assert local.weekday() in weekdays
    else:
        assert clock >= start or clock < end
        opened = local.date() if clock >= start else local.date() - timedelta(days=1)
        assert opened.weekday() in weekdays


@given(now=moments)
def test_an_allowed_moment_is_not_put_off(now):
    window = ContactWindow(MADRID, time(0), time(0), frozenset(range(7)))
    assert window.next_moment(now) == now
