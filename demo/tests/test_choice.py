from lealtad_demo.choice import decision, ruled_out
from lealtad_demo.evidence import Evidence

from .decisions import NAMES, a_decision, answers, excluded

ACTION = {
    "offer": {"key": "reward-gift"},
    "priority": 20.2,
    "propensity": 0.057,
    "belief": {"alpha": 2, "beta": 23},
    "context": 3,
    "value": 118.11,
    "lever": 1,
    "situations": ["at-risk"],
}


def a_choice(*refused, ranked=(ACTION,), **changes):
    return a_decision(1, "reward-gift", ranked=list(ranked), ruled_out=list(refused), **changes)


def lines_of(choice, *earlier):
    decisions = [*(each | {"standing": False} for each in earlier), choice | {"standing": True}]
    return ruled_out(Evidence({}, {}, {}, {}, decisions, []), NAMES)


def test_the_priority_can_be_calculated_again():
    assert decision(a_choice(), NAMES) == (
        '"A gift" by email. Why: best of 1 possible action; priority 20.2 GBP = acceptance 5.7% '
        "(drawn for exploration, around 8%) x situation 3 (at risk) x value 118.11 GBP."
    )


def test_a_lever_is_shown_only_where_it_weighs():
    assert decision(a_choice(ranked=[ACTION | {"lever": 1.5}]), NAMES).endswith("GBP x the managers' weight 1.5.")


def test_no_action_is_shown_with_its_reason():
    assert decision(a_decision(mute="complaint-open"), NAMES) == (
        "no action: no consent (promotions rest: complaint open)."
    )


def test_of_the_chosen_offer_only_its_closed_channels_are_shown():
    refused = [
        excluded("reward-gift", "no-consent", "eligibility", channels=["call-centre"]),
        excluded("reward-gift", "no-consent", "eligibility", channels=["post"]),
    ]
    assert lines_of(a_choice(*refused)) == ["not by the call centre or by post: no consent to marketing (simulated)"]


def test_an_offer_that_is_possible_on_another_channel_is_not_ruled_out():
    possible = ACTION | {"offer": {"key": "recovery-call"}}
    refused = excluded("recovery-call", "contact-cap", "contact-policy")
    assert lines_of(a_choice(refused, ranked=[ACTION, possible])) == []


def test_of_each_rule_one_near_miss_is_shown_and_what_came_furthest_first():
    refused = [
        excluded("a", "churn-band", detail="for churn band high; it is low"),
        excluded("b", "segment-needed", detail="needs one of the segments lapsing, loyal"),
        excluded("c", "segment-needed", detail="needs one of the segments lapsing"),
        excluded("d", "already-presented", "suitability", until="2011-03-09T17:00:00Z"),
    ]
    assert lines_of(a_choice(*refused)) == [
        'not "d": offered lately (until 9 Mar 2011)',
        'not "a": only for churn band high; it is low',
        'not "b": only for members of Lapsing or Loyal customers',
    ]


def test_what_only_contracts_or_complaints_would_allow_is_no_near_miss():
    refused = [excluded("renewal", "churn-band"), excluded("recovery-call", "no-open-complaint")]
    assert lines_of(a_choice(*refused)) == []


def test_an_offer_that_was_rejected_is_not_shown_as_only_offered():
    offered = a_decision(1, "reward-card", responses=answers(1, "presented", "rejected"))
    refused = excluded("reward-card", "already-presented", "suitability", until="2011-03-09T17:00:00Z")
    assert lines_of(a_choice(refused), offered) == ['not "reward-card": offered and rejected lately (until 9 Mar 2011)']
