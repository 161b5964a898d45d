from datetime import date, timedelta
from decimal import Decimal

import pytest

from lealtad_demo.cast import CastRules, cast
from lealtad_demo.chronicle import Complaint, Contact, Past

TODAY = date(2011, 5, 5)
RULES = CastRules(
    loyal_bought_within_days=14,
    loyal_purchase_days=4,
    regular_purchase_days=4,
    regular_gap_days=30,
    stopped_silent_days=60,
    stopped_silent_gaps=3,
)


def days_ago(*days):
    return [TODAY - timedelta(days=each) for each in days]


def a_past(customer="17850", bought=(40, 30, 20, 10), spent=100, complaints=(), answers=()):
    return Past(
        customer,
        "EIRE",
        bought_on=days_ago(*bought),
        purchases=len(bought),
        spent=Decimal(spent),
        complaints=list(complaints),
        contacts=[Contact(TODAY - timedelta(days=5), "decision", answer) for answer in answers],
    )


def a_complaint(opened, resolved):
    return Complaint("case", "event", *days_ago(*(day for day in (opened, resolved) if day)))


def parts(*pasts):
    chosen = cast(pasts, RULES, TODAY)
    return {name: [past.customer for past in getattr(chosen, name)] for name in ("loyal", "complaining", "stopped")}


def test_who_bought_on_most_days_is_the_most_loyal_then_who_spent_more():
    pasts = [
        a_past("rare", bought=(40, 30, 20, 10)),
        a_past("often", bought=(50, 40, 30, 20, 10)),
        a_past("rich", bought=(40, 30, 20, 10), spent=900),
    ]
    assert parts(*pasts)["loyal"] == ["often", "rich", "rare"]


def test_who_answered_offers_goes_before_who_did_not_and_both_answers_before_one():
    pasts = [
        a_past("often", bought=(50, 40, 30, 20, 10), answers=[None]),
        a_past("took-one", answers=["accepted", "accepted"]),
        a_past("took-one-refused-one", answers=["accepted", None, "rejected"]),
    ]
    assert parts(*pasts)["loyal"] == ["took-one-refused-one", "took-one", "often"]


@pytest.mark.parametrize("bought", [(90, 80, 70, 15), (30, 20, 10), (70, 60, 50, 10)])
def test_nobody_is_loyal_who_was_silent_for_long_or_bought_on_few_days(bought):
    assert parts(a_past(bought=bought))["loyal"] == []


def test_who_complains_was_a_customer_before_and_came_back_after():
    assert parts(a_past(complaints=[a_complaint(25, 22)]))["complaining"] == ["17850"]


@pytest.mark.parametrize("complaint", [a_complaint(41, 40), a_complaint(25, None), a_complaint(12, 9)])
def test_a_complaint_at_the_start_unresolved_or_without_a_return_tells_no_story(complaint):
    assert parts(a_past(complaints=[complaint]))["complaining"] == []


def test_who_stops_bought_regularly_and_is_silent_for_long():
    pasts = [
        a_past("stopped", bought=(120, 110, 100, 90)),
        a_past("rare", bought=(300, 200, 150, 90)),
        a_past("complained", bought=(120, 110, 100, 90), complaints=[a_complaint(95, 92)]),
        a_past("buying", bought=(120, 110, 100, 59)),
        a_past("slow", bought=(150, 120, 90, 65)),
    ]
    assert parts(*pasts)["stopped"] == ["stopped"]


def test_the_usual_gap_is_a_mean_and_unknown_before_the_second_purchase():
    assert a_past(bought=(100, 90, 20)).usual_gap == 40
    assert a_past(bought=(10,)).usual_gap is None


def test_the_last_purchase_before_a_day_is_not_the_one_of_that_day():
    past = a_past(bought=(40, 10))
    assert past.last_bought_before(TODAY - timedelta(days=10)) == TODAY - timedelta(days=40)
    assert past.last_bought_before(TODAY - timedelta(days=40)) is None


@pytest.mark.parametrize(("opened", "contacts"), [(6, 1), (5, 0)])
def test_only_contacts_after_the_day_of_the_complaint_are_about_it(opened, contacts):
    past = a_past(complaints=[a_complaint(opened, None)], answers=[None])
    assert past.contacts_since_complaint == contacts


def test_shipped_rules_are_valid():
    assert CastRules.load().stopped_silent_days > CastRules.load().loyal_bought_within_days
