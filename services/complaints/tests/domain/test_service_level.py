"""Due times: by kind, severity and the customer's service tier."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from complaints.domain.business_time import BusinessCalendar
from complaints.domain.service_level import ServicePolicy
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
