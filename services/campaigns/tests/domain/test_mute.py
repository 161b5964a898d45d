from datetime import timedelta

from campaigns.domain.customer import Case
from campaigns.domain.mute import COOL_DOWN, OPEN, Mute, mute_of

from .builders import NOON, a_customer, a_policy, open_complaint, resolved_complaint

POLICY = a_policy(complaint_cool_down_days=7)


def muted(*cases: Case) -> Mute | None:
    return mute_of(a_customer(cases=cases), POLICY, NOON)


def test_an_open_complaint_mutes_without_end():
    assert muted(resolved_complaint(days_ago=100), open_complaint()) == Mute(OPEN)


def test_a_resolution_mutes_until_its_cool_down_ends():
    assert muted(resolved_complaint(days_ago=2)) == Mute(COOL_DOWN, NOON + timedelta(days=5))
    assert muted(resolved_complaint(days_ago=7)) is None


def test_a_case_that_is_no_complaint_mutes_nothing():
    assert muted(Case(mutes=False, open=True)) is None
