from datetime import date

import pytest

from lealtad_demo.changes import change
from lealtad_demo.chronicle import Past
from lealtad_demo.evidence import Evidence, Fact
from lealtad_demo.turns import turning_points

from .decisions import NAMES, a_decision, answers, excluded

LOW, MEDIUM, HIGH = ("0.1", "low"), ("0.4", "medium"), ("0.6", "high")
FACTS = {
    "p": Fact("purchase", date(2011, 3, 1)),
    "r": Fact("return", date(2011, 3, 1)),
    "p4": Fact("purchase", date(2011, 3, 4)),
}


def lines_of(*decisions, bought_on=(1,)):
    past = Past("17850", "EIRE", bought_on=[date(2011, 3, day) for day in bought_on])
    evidence = Evidence({}, FACTS, {}, {}, list(decisions), [])
    turns = turning_points(decisions)
    return [change(turn, known, past, evidence, NAMES) for known, turn in zip([None, *turns[:-1]], turns, strict=True)]


def test_the_first_purchase_brings_a_score_and_an_action():
    assert lines_of(a_decision(1, "reward-gift", MEDIUM, causes={"ids": ["p"]})) == [
        'first purchase: churn 40% (medium); next-best action becomes "A gift" by email'
    ]


def test_a_purchase_is_shown_with_the_score_shown_last_and_the_one_just_before_it():
    decisions = [
        a_decision(1, "reward-gift", MEDIUM),
        a_decision(3, "reward-gift", ("0.5", "medium")),
        a_decision(4, "reward-gift", LOW, ["loyal"], causes={"ids": ["p4", "unknown"]}),
    ]
    assert lines_of(*decisions, bought_on=[1, 4])[1] == (
        "purchase: churn 40% -> 50% meanwhile -> 10% (medium -> low); enters Loyal customers"
    )


def test_silence_is_shown_with_the_score_it_began_with():
    decisions = [
        a_decision(1, "reward-gift", LOW, ["loyal"]),
        a_decision(5, "reward-gift", ("0.2", "low"), ["loyal"]),
        a_decision(9, "reward-gift", MEDIUM, ["loyal"]),
        a_decision(12, "reward-gift", HIGH, ["lapsing"]),
    ]
    assert lines_of(*decisions)[1:] == [
        "8 days without a purchase: churn 10% -> 40% (low -> medium)",
        "11 days without a purchase: churn 40% -> 60% (medium -> high); enters Lapsing; leaves Loyal customers",
    ]


def test_silence_after_an_unshown_purchase_is_shown_with_the_score_of_that_day():
    decisions = [
        a_decision(1, "reward-gift", ("0.29", "low")),
        a_decision(4, "reward-gift", LOW, causes={"ids": ["p4"]}),
        a_decision(9, "reward-gift", MEDIUM, causes={"ids": ["p4"]}),
    ]
    assert lines_of(*decisions, bought_on=[1, 4])[1] == (
        "5 days without a purchase: churn 29% -> 10% meanwhile -> 40% (low -> medium)"
    )


def test_a_complaint_mutes_promotions_until_a_while_after_its_resolution():
    resting = [excluded("reward-gift", "complaint-cool-down", until="2011-03-09T17:00:00Z")]
    decisions = [
        a_decision(1, "reward-gift", LOW),
        a_decision(1, "recovery-call", ("0.2", "low"), mute="complaint-open", causes={"ids": ["p", "r"]}),
        a_decision(2, "recovery-call", LOW, mute="complaint-cool-down", ruled_out=resting),
        a_decision(9, "reward-gift", LOW),
    ]
    assert lines_of(*decisions)[1:] == [
        (
            "first purchase, return and complaint: churn 10% -> 20% (low); promotions rest while the complaint is "
            'open; next-best action becomes "We call you" by email'
        ),
        (
            "complaint resolved: churn 20% -> 10% (low); promotions rest until 9 Mar 2011; "
            'next-best action stays "We call you" by email'
        ),
        'cool-down over: promotions are allowed again; next-best action becomes "A gift" by email',
    ]


def test_silence_is_not_shown_as_the_cause_of_what_it_did_not_change():
    assert lines_of(a_decision(1, "reward-gift", LOW), a_decision(3, "recovery-call", LOW))[1] == (
        'on review: next-best action becomes "We call you" by email'
    )
    assert lines_of(a_decision(1, churn=LOW, segments=["dissatisfied"]), a_decision(31, churn=LOW))[1] == (
        "on review: leaves dissatisfied"
    )


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("refused-lately", "the rest after a refusal is over"),
        ("already-presented", "the rest after an earlier offer is over"),
        ("contact-cap", "the limit of contacts leaves room again"),
    ],
)
def test_the_end_of_a_rest_is_shown_where_it_allowed_what_is_best_now(rule, why):
    resting = [excluded("reward-gift", rule, until="2011-03-03T12:00:00Z")]
    before, after = a_decision(1, "recovery-call", LOW, ruled_out=resting), a_decision(3, "reward-gift", LOW)
    assert lines_of(before, after)[1] == f'{why}: next-best action becomes "A gift" by email'
    riskier = a_decision(3, "reward-gift", ("0.2", "low"))
    assert lines_of(before, riskier)[1].startswith(f"2 days without a purchase and {why}: churn 10% -> 20% (low); ")


@pytest.mark.parametrize(("offer", "ends"), [("reward-gift", "2011-03-04"), ("renewal", "2011-03-02")])
def test_a_rest_that_goes_on_or_is_of_another_offer_is_no_cause(offer, ends):
    resting = [excluded(offer, "offer-refused", until=f"{ends}T12:00:00Z")]
    decisions = [a_decision(1, "recovery-call", LOW, ruled_out=resting), a_decision(3, "reward-gift", LOW)]
    assert lines_of(*decisions)[1].startswith("on review: ")


def test_a_decision_that_ran_out_is_shown_as_the_cause_of_another_action():
    held = a_decision(1, "recovery-call", LOW, valid_until="2011-03-15T17:00:00Z")
    made_anew = 'the decision ran out: next-best action becomes "A gift" by email'
    assert lines_of(held, a_decision(15, "reward-gift", LOW))[1] == made_anew
    assert lines_of(held, a_decision(14, "reward-gift", LOW))[1].startswith("on review: ")


def test_silence_is_shown_beside_a_contact_which_raises_no_score():
    offered = a_decision(3, "reward-gift", LOW, responses=answers(3, "presented"))
    assert lines_of(offered, a_decision(3, "recovery-call", ("0.2", "low")))[1].startswith(
        "after this contact and 2 days without a purchase: churn 10% -> 20% (low); "
    )


def test_other_segments_are_named_where_they_are_all_that_is_known_of_the_cause():
    decisions = [a_decision(1, "reward-gift", LOW, ["new"]), a_decision(3, "recovery-call", LOW, ["big"])]
    assert lines_of(*decisions)[1] == 'now in big, no longer in new: next-best action becomes "We call you" by email'


def test_the_same_offer_on_another_channel_stays():
    muted, allowed = (
        a_decision(day, "recovery-call", LOW, mute=mute) for day, mute in ((1, "complaint-open"), (3, None))
    )
    allowed["action"]["channel"] = "call-centre"
    assert lines_of(muted, allowed)[1].endswith("; next-best action stays, now by the call centre")


def test_the_action_in_force_is_named_when_promotions_are_allowed_again_even_if_it_stays():
    decisions = [a_decision(1, "recovery-call", LOW, mute="complaint-cool-down"), a_decision(3, "recovery-call", LOW)]
    assert lines_of(*decisions)[1] == (
        'cool-down over: promotions are allowed again; next-best action stays "We call you" by email'
    )


def test_of_a_service_message_it_is_shown_that_it_needs_no_consent_where_that_is_missing():
    decision = a_decision(1, "recovery-call", LOW, ruled_out=[excluded("reward-gift", "no-consent")])
    decision["action"]["contact_class"] = "transactional"
    assert lines_of(decision)[0].endswith('"We call you" by email (a service message: needs no consent to marketing)')
    assert lines_of(decision | {"ruled_out": []})[0].endswith('"We call you" by email')


@pytest.mark.parametrize(("reason", "text"), [("no-consent", "no consent"), ("kind-refused", "kind refused")])
def test_no_action_is_shown_with_its_reason_and_what_it_followed(reason, text):
    offered = a_decision(3, "reward-gift", LOW, responses=answers(3, "presented"))
    assert lines_of(offered, a_decision(3, churn=LOW, reason=reason))[1] == (
        f"after this contact: no next-best action for now ({text})"
    )
