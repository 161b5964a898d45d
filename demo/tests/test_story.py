from datetime import date
from decimal import Decimal

from lealtad_demo import words
from lealtad_demo.chronicle import Past
from lealtad_demo.evidence import turning_points


def a_decision(kind=None, band=None, mute=None, origin="standing"):
    return {
        "action": {"offer": {"kind": kind, "key": f"{kind}-offer"}, "channel": "email"} if kind else None,
        "inputs": {"score": {"band": band, "probability": "0.5"} if band else None},
        "mute": mute,
        "muted": mute is not None,
        "origin": origin,
        "reason": "no-consent",
    }


def test_only_decisions_that_change_the_situation_are_turning_points():
    first, again = a_decision("reward", "low"), a_decision("reward", "low")
    risen, muted = a_decision("reward", "medium"), a_decision("reward", "medium", mute="complaint-open")
    assert turning_points([a_decision(), first, again, risen, muted]) == [first, risen, muted]


def test_a_decision_that_a_channel_asked_for_turns_nothing():
    assert turning_points([a_decision("reward", "low", origin="asked")]) == []


def test_a_turn_says_risk_mute_and_action():
    decision = a_decision("service-recovery", "medium", mute="complaint-open")
    expected = "churn 50% (medium), promotions muted (complaint-open) -> service-recovery-offer by email"
    assert words.turn(decision) == expected
    assert words.turn(a_decision(band="low")) == "churn 50% (low) -> no action (no-consent)"


def test_a_past_is_told_with_singular_and_plural():
    past = Past("17850", "EIRE", bought_on=[date(2011, 5, 1)], purchases=1, spent=Decimal(10), returns=2)
    assert words.bought(past, {"amount": "1234.5000", "currency": "GBP"}, date(2011, 5, 2)) == (
        "Bought on 1 day from 1 May 2011 to 1 May 2011: 1 invoice, 2 returns, 1,234.50 GBP net. "
        "Last purchase 1 day ago."
    )


def test_answers_and_complaints_are_labelled_as_simulated():
    action = {"offer": {"key": "reward-free-delivery"}, "channel": "email"}
    assert words.contact(action, None) == "offered reward-free-delivery by email: no answer (simulated)"
    case = {"about": {"fact_id": "C543119"}, "cause": "damaged", "severity": "low"}
    assert words.complaint(case).endswith("(simulated)")


def test_of_each_rule_one_exclusion_is_told_and_what_came_furthest_first():
    def excluded(rule, stage):
        return {"rule": rule, "stage": stage, "detail": "why", "offer": {"key": f"offer-{rule}"}}

    decision = {
        "ruled_out": [
            excluded("segment-needed", "applicability"),
            excluded("segment-needed", "applicability"),
            excluded("contact-cap", "contact-policy"),
        ]
    }
    assert words.ruled_out(decision) == [
        "offer-contact-cap: why (contact-cap)",
        "offer-segment-needed: why (segment-needed)",
    ]
