from datetime import date
from decimal import Decimal

import pytest

from lealtad_demo import words
from lealtad_demo.cast import Cast, CastRules
from lealtad_demo.chronicle import Past
from lealtad_demo.evidence import Evidence, Fact
from lealtad_demo.story import first_ranked, is_called_back, missing, parts, was_muted_and_recovered
from lealtad_demo.timeline import FIRST, LAST, timeline

from .decisions import NAMES, a_decision, answers

LOW = ("0.1", "low")
CASE = {
    "about": {"fact_id": "C543119"},
    "cause": "wrong-item",
    "severity": "low",
    "opened_at": "2011-03-02T12:00:00Z",
    "due_at": "2011-03-04T12:00:00Z",
    "resolved_at": "2011-03-03T15:30:00Z",
    "tier": "premium",
}


def an_evidence(*decisions, cases=()):
    marked = [decision | {"standing": False} for decision in decisions]
    marked[-1]["standing"] = True
    return Evidence({}, {"p": Fact("purchase", date(2011, 3, 1))}, {}, {}, marked, list(cases))


def lines_of(*decisions, cases=()):
    past = Past("17850", "EIRE", bought_on=[date(2011, 3, 1)])
    return timeline(past, an_evidence(*decisions, cases=cases), NAMES)


def test_facts_come_before_the_decision_they_led_to_and_contacts_after_the_decision_they_carry_out():
    offered = answers(3, "presented", "accepted")
    decisions = [
        a_decision(1, "reward-gift", LOW, causes={"ids": ["p"]}),
        a_decision(2, "recovery-call", LOW, mute="complaint-open", responses=offered),
        a_decision(3, "recovery-call", LOW, mute="complaint-cool-down"),
    ]
    assert [line.partition(";")[0] for line in lines_of(*decisions, cases=[CASE])] == [
        "  1 Mar 2011: first purchase: churn 10% (low)",
        "  2 Mar 2011: complains about return C543119: wrong item, severity low (simulated)",
        "  2 Mar 2011: complaint: promotions rest while the complaint is open",
        '  3 Mar 2011: offered "We call you" by email: accepted (simulated)',
        "  3 Mar 2011: the complaint is resolved in time, at 15:30 (simulated)",
        "  3 Mar 2011: complaint resolved: promotions rest a while longer",
    ]


def test_a_customer_who_was_never_contacted_gets_a_note():
    assert "no offer was made" in lines_of(a_decision(1, "reward-gift", LOW))[-1]


def test_of_a_long_story_the_middle_is_left_out():
    kinds = ["reward-gift", "recovery-call"] * 14
    lines = lines_of(*(a_decision(day, kind, LOW) for day, kind in enumerate(kinds, start=1)))
    assert len(lines) == FIRST + LAST + 1
    assert lines[FIRST] == "  … 9 more lines …"


def test_who_complains_shows_the_point_when_recovery_was_offered_while_promotions_rested():
    muted = a_decision(2, "service-recovery", mute="complaint-open", responses=answers(3, "presented"))
    muted["action"]["offer"]["kind"] = "service-recovery"
    now = a_decision(9, "reward-gift")
    assert was_muted_and_recovered(an_evidence(muted, now))
    assert not was_muted_and_recovered(an_evidence(muted | {"responses": []}, now))
    assert not was_muted_and_recovered(an_evidence(muted))


@pytest.mark.parametrize(("segments", "offer"), [(["lapsing"], "reward-gift"), (["loyal"], "retention-call")])
def test_who_stops_shows_the_point_when_lapsing_and_called_back(segments, offer):
    assert is_called_back(an_evidence(a_decision(1, "retention-call", segments=["lapsing"])))
    assert not is_called_back(an_evidence(a_decision(1, offer, segments=segments)))


def test_a_past_is_shown_with_singular_and_plural():
    past = Past("17850", "EIRE", bought_on=[date(2011, 5, 1)], purchases=1, spent=Decimal(10), returns=2)
    assert words.bought(past, {"amount": "1234.5000", "currency": "GBP"}, date(2011, 5, 2)) == (
        "Bought on 1 day from 1 May 2011 to 1 May 2011: 1 invoice, 2 returns, 1,234.50 GBP net. "
        "Last purchase 1 day ago."
    )


def test_a_score_says_as_of_when_and_in_which_direction_each_reason_moves_it():
    score = {
        "probability": "0.42",
        "horizon_days": 90,
        "band": "medium",
        "value_at_risk": {"amount": "228.38", "currency": "GBP"},
        "as_of": "2011-04-14T18:59:00Z",
        "reasons": [{"text": "63 days, silence", "effect": "0.317"}, {"text": "a habit", "effect": "-0.011"}],
    }
    assert words.risk(score, a_decision(churn=LOW)) == (
        "42% chance of no purchase in 90 days (medium, 243.82 GBP at risk as campaigns knows it), as of 14 Apr 2011. "
        "Why, compared with a first-time buyer: 63 days, silence (raises it by 32 points); a habit (lowers it by 1 "
        "point)."
    )


def test_segments_are_shown_by_name_in_the_order_of_entering_and_what_the_story_left_out_is_explained():
    entered = [("loyal", "2011-03-05"), ("lapsing", "2011-02-01"), ("big", "2011-03-05")]
    segments = {
        "value": {"rfm": None, "tier": "gold"},
        "segments": [{"key": key, "since": f"{day}T12:00:00Z"} for key, day in entered],
    }
    assert words.membership(segments, NAMES, {"loyal": date(2011, 3, 1)}) == (
        "gold tier; since 1 Feb 2011: Lapsing; since 5 Mar 2011: "
        "Loyal customers (left and entered again within that day), big."
    )


def test_a_complaint_is_shown_with_its_due_time_and_how_it_ended():
    assert words.complaint(CASE) == (
        "complains about return C543119: wrong item, severity low (simulated); due 4 Mar 2011 12:00, "
        "service tier premium"
    )
    late = CASE | {"resolved_at": "2011-03-04T12:01:00Z"}
    assert words.resolution(late) == "the complaint is resolved late, at 12:01 (simulated)"


def test_a_missed_due_time_has_a_line_of_its_own():
    late = CASE | {"resolved_at": "2011-03-05T15:30:00Z"}
    assert "  4 Mar 2011: the complaint is due at 12:00 and still open (simulated)" in lines_of(
        a_decision(1), cases=[late]
    )
    assert not words.missed_due_time(CASE)
    assert words.missed_due_time(CASE | {"resolved_at": None, "breached_at": "2011-03-04T17:00:00Z"})


def test_a_part_for_which_there_is_nobody_says_so():
    *_, stopped = parts(Cast([], [], []), CastRules.load())
    assert missing(stopped).lines == [
        "Nobody bought regularly and then was silent for 75 days so far. Replay more days (--days N, or --all)."
    ]


def test_the_first_day_on_which_ranks_changed_something_is_known():
    bought = a_decision(1, "reward-gift", LOW)
    assert first_ranked(an_evidence(bought, a_decision(2, "reward-gift", LOW, ["champions"]))) == date(2011, 3, 2)
    assert first_ranked(an_evidence(bought)) is None


@pytest.mark.parametrize(("given", "text"), [((), "no answer"), (("rejected",), "rejected")])
def test_an_offer_is_shown_with_the_simulated_answer(given, text):
    decision = a_decision(1, "reward-gift", responses=answers(1, "presented", *given))
    assert words.contact(decision, NAMES) == f'offered "A gift" by email: {text} (simulated)'
