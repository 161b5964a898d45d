from datetime import timedelta

import pytest

from campaigns.domain.audience import Audience

from .builders import NOON, a_customer, in_segments, open_complaint, resolved_complaint, scored


def missed(customer, **conditions) -> str | None:
    violation = Audience.model_validate(conditions).find_mismatch(customer, NOON)
    return violation.rule if violation else None


def test_an_audience_without_conditions_is_everybody():
    assert missed(a_customer()) is None


@pytest.mark.parametrize(
    ("conditions", "rule"),
    [
        ({"segments_any": ["loyal", "lapsing"]}, None),
        ({"segments_any": ["loyal"]}, "segment-needed"),
        ({"segments_all": ["lapsing", "high-value"]}, None),
        ({"segments_all": ["lapsing", "loyal"]}, "segment-needed"),
        ({"segments_none": ["high-value"]}, "segment-barred"),
        ({"tiers": ["a"]}, None),
        ({"tiers": ["c"]}, "tier"),
        ({"churn_bands": ["high", "critical"]}, None),
        ({"churn_bands": ["low"]}, "churn-band"),
    ],
)
def test_segments_value_and_risk(conditions, rule):
    customer = a_customer(memberships=in_segments("lapsing", "high-value", tier="a"), score=scored("high"))
    assert missed(customer, **conditions) == rule


def test_what_is_not_known_yet_is_not_assumed():
    assert missed(a_customer(), churn_bands=["low"]) == "churn-band"
    assert missed(a_customer(), tiers=["a"]) == "tier"
    assert missed(a_customer(first_seen_at=None), max_tenure_days=30) == "tenure"


def test_a_newcomer_becomes_eligible_by_time_alone():
    customer = a_customer(first_seen_at=NOON - timedelta(days=10))
    violation = Audience(min_tenure_days=30).find_mismatch(customer, NOON)
    assert violation.until == NOON + timedelta(days=20)
    assert Audience(min_tenure_days=30).find_mismatch(customer, violation.until) is None


def test_membership_that_ends_by_time_alone_says_when():
    customer = a_customer(first_seen_at=NOON - timedelta(days=10))
    welcome = Audience(max_tenure_days=30)
    ends = welcome.find_end(customer, NOON)
    assert ends == NOON + timedelta(days=20)
    assert welcome.find_mismatch(customer, NOON) is None
    assert welcome.find_mismatch(customer, ends).rule == "tenure"


@pytest.mark.parametrize(
    ("cases", "case", "rule"),
    [
        ((), "open", "no-open-complaint"),
        ((open_complaint(),), "open", None),
        ((open_complaint(),), "recently-resolved", "complaint-still-open"),
        ((resolved_complaint(days_ago=3),), "recently-resolved", None),
        ((resolved_complaint(days_ago=14),), "recently-resolved", "no-recent-resolution"),
    ],
)
def test_complaints(cases, case, rule):
    assert missed(a_customer(cases=cases), case=case) == rule


@pytest.mark.parametrize(
    ("contracts", "contract", "rule"),
    [
        ({}, "none", None),
        ({}, "active", "no-contract"),
        ({"has_contract": True}, "none", "has-contract"),
        ({"has_contract": True}, "active", None),
        ({"contract_ended_at": NOON - timedelta(days=3)}, "ended", None),
        ({"contract_ended_at": NOON - timedelta(days=30)}, "ended", "no-ended-contract"),
    ],
)
def test_contracts(contracts, contract, rule):
    assert missed(a_customer(**contracts), contract=contract) == rule
