"""Due times: by kind, severity and the customer's service tier."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from complaints.domain.business_time import BusinessCalendar, add_business_time, open_time_between
from complaints.domain.service_level import ServiceClock, ServicePolicy
from lealtad.events.catalog.complaints import CaseKind, Severity

TUESDAY_TEN = datetime(2011, 2, 1, 10, tzinfo=UTC)
hours_of_work = st.integers(1, 400)
factors = st.decimals("0.1", "3", places=2)


def policy(hours=8, tier_factors=None):
    return ServicePolicy(
        version=1,
        hours={kind: dict.fromkeys(Severity, hours) for kind in CaseKind},
        tier_factors=tier_factors or {},
        calendar=BusinessCalendar(ZoneInfo("UTC"), time(9), time(17), frozenset(range(5))),
        close_after=timedelta(days=14),
        acknowledge_at_intake=True,
        muting_kinds=frozenset({CaseKind.COMPLAINT}),
        future_tolerance=timedelta(minutes=5),
        oldest=timedelta(days=365),
    )


def due(of, tier=None):
    return of.due_at(CaseKind.CLAIM, Severity.HIGH, tier, TUESDAY_TEN)


def test_a_tier_gets_its_share_of_the_hours():
    assert due(policy(hours=8, tier_factors={"gold": Decimal("0.5")}), "gold") == TUESDAY_TEN + timedelta(hours=4)


def test_a_tier_without_a_factor_gets_all_the_hours():
    assert due(policy(hours=4, tier_factors={"gold": Decimal("0.5")}), "silver") == due(policy(hours=4))


@given(hours_of_work, factors, factors)
def test_the_better_the_tier_the_earlier_the_due_time(hours, one, other):
    better, worse = sorted([one, other])
    tiered = policy(hours, {"better": better, "worse": worse})

    assert due(tiered, "better") <= due(tiered, "worse")


@given(hours_of_work, st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=4))
def test_pauses_move_the_due_time_by_their_open_time_and_by_nothing_else(hours, waits):
    rules = policy(hours, {"gold": Decimal("0.5")})
    clock, now, paused_for = ServiceClock(TUESDAY_TEN, due(rules)), TUESDAY_TEN, timedelta(0)
    for worked, waited in waits:
        paused_at = now + timedelta(hours=worked)
        if paused_at >= clock.due_at:
            break
        now = paused_at + timedelta(hours=waited)
        paused_for += open_time_between(paused_at, now, rules.calendar)
        clock = rules.clock_after_pause(clock, paused_at, now)

    assert clock.due_at == add_business_time(TUESDAY_TEN, timedelta(hours=hours) + paused_for, rules.calendar)
    of_gold = rules.due_at(CaseKind.CLAIM, Severity.HIGH, "gold", clock.started_at)
    by_sum = add_business_time(TUESDAY_TEN, timedelta(hours=hours) / 2 + paused_for, rules.calendar)
    assert of_gold == by_sum or max(of_gold, by_sum) <= now


def test_a_pause_keeps_what_was_left_when_opening_hours_changed_meanwhile():
    night = datetime(2011, 2, 1, 20, tzinfo=UTC)
    clock = ServiceClock(TUESDAY_TEN, night + timedelta(hours=2))

    assert policy().clock_after_pause(clock, night, night + timedelta(days=1)).due_at == night + timedelta(hours=26)
