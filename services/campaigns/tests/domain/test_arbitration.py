import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.customer import ContactStatus, Response, Slot
from campaigns.domain.propensity import Cell, Tally
from campaigns.domain.rules import is_promotional
from campaigns.domain.violation import Violation
from lealtad.consents import Consent
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel, Purpose
from lealtad.ids import new_id

from .builders import (
    NOON,
    a_contact,
    a_customer,
    a_policy,
    an_id,
    an_offer,
    answered,
    consented,
    decided,
    in_segments,
    open_complaint,
    resolved_complaint,
    rules_of,
    scored,
)

EMAIL, CALL = Channel.EMAIL, Channel.CALL_CENTRE
RECOVERY: dict[str, Any] = {
    "kind": OfferKind.SERVICE_RECOVERY,
    "contact_class": "transactional",
    "purpose": Purpose.SERVICE,
}


def test_the_largest_product_of_propensity_context_value_and_lever_wins():
    cheap, dear = an_offer("cheap", value=Decimal(10)), an_offer("dear", value=Decimal(30))
    decision = decided(a_customer(), cheap, dear)
    assert [action.offer.key for action in decision.ranked] == ["dear", "cheap"]
    best = decision.chosen
    assert best.priority == pytest.approx(best.propensity * best.context * best.value * best.lever)
    assert decision.reason == "highest-priority"


def test_the_managers_lever_turns_the_order():
    cheap, dear = an_offer("cheap", value=Decimal(10), lever=Decimal(5)), an_offer("dear", value=Decimal(30))
    assert decided(a_customer(), cheap, dear).chosen.offer.key == "cheap"


def test_a_situation_lifts_the_kinds_that_fit_it():
    policy = a_policy(
        situations=[
            {"name": "at-risk", "audience": {"churn_bands": ["high"]}, "weights": {"retention": "3", "up-sell": "0.2"}}
        ]
    )
    offers = an_offer("keep", kind="retention", value=Decimal(10)), an_offer("more", kind="up-sell", value=Decimal(20))
    assert decided(a_customer(score=scored("low")), *offers, policy=policy).chosen.offer.key == "more"
    risky = decided(a_customer(score=scored("high")), *offers, policy=policy).chosen
    assert (risky.offer.key, risky.situations) == ("keep", ("at-risk",))


def test_value_at_risk_counts_for_an_offer_that_saves_a_share_of_it():
    offer = an_offer(value=Decimal(5), value_at_risk_share=Decimal("0.1"), cost=Decimal(2))
    assert decided(a_customer(score=scored("high", at_risk="200")), offer).chosen.value == pytest.approx(23)


def test_an_action_that_costs_more_than_it_brings_is_ruled_out():
    policy = a_policy(channels={CALL: {"cost": "8"}})
    decision = decided(a_customer(), an_offer(value=Decimal(7), channels=[EMAIL, CALL]), policy=policy)
    assert decision.chosen.channel is EMAIL
    assert [(e.channels, e.violation.rule) for e in decision.ruled_out] == [((CALL,), "costs-more-than-it-brings")]


def test_of_equal_actions_the_cheaper_channel_is_taken_then_the_smaller_key():
    policy = a_policy(channels={CALL: {"cost": "0"}, EMAIL: {"cost": "0"}})
    decision = decided(a_customer(), an_offer("b"), an_offer("a"), policy=policy)
    assert [action.offer.key for action in decision.ranked] == ["a", "b"]


def test_an_open_complaint_mutes_promotions_and_lets_recovery_compete():
    offers = an_offer("promotion", value=Decimal(900)), an_offer("repair", **RECOVERY, audience={"case": "open"})
    calm = decided(a_customer(), *offers)
    assert calm.chosen.offer.key == "promotion"
    upset = decided(a_customer(cases=(open_complaint(),)), *offers)
    assert upset.chosen.offer.key == "repair"
    assert upset.mute.reason == "complaint-open"
    assert rules_of(upset) == {"complaint-open"}


def test_the_mute_lifts_after_the_cool_down_and_the_decision_says_when():
    policy = a_policy(complaint_cool_down_days=7)
    customer = a_customer(cases=(resolved_complaint(days_ago=2),))
    muted = decided(customer, an_offer(), policy=policy)
    assert (muted.chosen, muted.reason) == (None, "complaint-cool-down")
    assert muted.review_at == NOON + timedelta(days=5)
    assert decided(customer, an_offer(), policy=policy, now=muted.review_at).chosen is not None


@pytest.mark.parametrize(
    ("customer", "rule"),
    [
        ({"known": False}, "customer-unknown"),
        ({"active": False}, "customer-inactive"),
        ({"do_not_contact": True}, "do-not-contact"),
        ({"held_out": True}, "hold-out"),
        ({"consents": ()}, "no-consent"),
        ({"contact_hours": ("21:00", "23:00")}, "no-common-hours"),
        ({"contacts": (a_contact(days_ago=1), a_contact(days_ago=2))}, "contact-cap"),
        ({"responses": (answered(an_offer(), Response.REJECTED),)}, "offer-refused"),
        ({"responses": (answered(an_offer("sister"), Response.REJECTED),)}, "kind-refused"),
        ({"responses": (answered(an_offer("keep", kind="retention"), Response.REJECTED),)}, "refused-lately"),
        ({"responses": (answered(an_offer(), Response.ACCEPTED),)}, "already-accepted"),
        ({"responses": (answered(an_offer(), Response.PRESENTED),)}, "already-presented"),
    ],
)
def test_no_action_is_an_explained_answer(customer, rule):
    decision = decided(a_customer(**customer), an_offer())
    assert decision.chosen is None
    assert decision.reason == rule
    assert rules_of(decision) == {rule}


@pytest.mark.parametrize(
    ("terms", "rule"),
    [
        ({"valid_from": NOON + timedelta(days=1)}, "offer-not-yet-valid"),
        ({"valid_until": NOON}, "offer-expired"),
        ({"limits": {"total": 5}, "accepted": 5}, "offer-exhausted"),
        ({"audience": {"segments_any": ["loyal"]}}, "segment-needed"),
    ],
)
def test_an_offer_has_its_own_limits(terms, rule):
    assert decided(a_customer(), an_offer(**terms)).reason == rule


def test_one_switch_stops_all_promotions():
    stopped = a_policy(promotions_stopped=True)
    decision = decided(a_customer(), an_offer("sell"), an_offer("help", **RECOVERY), policy=stopped)
    assert decision.chosen.offer.key == "help"
    assert rules_of(decision) == {"promotions-stopped"}


def test_inputs_too_old_to_forbid_a_promotion_rule_it_out():
    stale = Violation("cases-not-fresh", "not confirmed for 90 s")
    decision = decided(a_customer(), an_offer("sell"), an_offer("help", **RECOVERY), stale=stale)
    assert decision.chosen.offer.key == "help"
    assert rules_of(decision) == {"cases-not-fresh"}


def test_a_channel_asks_for_what_it_can_serve():
    decision = decided(a_customer(), an_offer(channels=[EMAIL, CALL]), channels={CALL})
    assert [action.channel for action in decision.ranked] == [CALL]


def test_a_reserved_action_does_not_stand_in_its_own_way():
    offer = an_offer()
    mine = Slot(new_id(), offer.offer_id, EMAIL, ContactStatus.RESERVED, NOON, NOON + timedelta(hours=1))
    decision = decided(a_customer(contacts=(mine, a_contact())), offer, an_offer("other-offer"))
    assert [action.offer.key for action in decision.ranked] == ["gift-set"]
    assert rules_of(decision) == {"contact-cap"}


def test_what_was_learned_changes_the_choice():
    offers = an_offer("a"), an_offer("b")
    learned = {Cell(an_id("b"), EMAIL, "none"): Tally(accepted=30, rejected=10)}
    assert decided(a_customer(), *offers).chosen.offer.key == "a"
    assert decided(a_customer(), *offers, tallies=learned).chosen.offer.key == "b"


def test_exploration_gives_every_offer_its_chance_and_records_it():
    policy = a_policy(exploration="thompson")
    offers = an_offer("a"), an_offer("b")
    decisions = [decided(a_customer(), *offers, policy=policy, seed=str(number)) for number in range(200)]
    share = sum(d.chosen.offer.key == "a" for d in decisions) / 200
    assert share == pytest.approx(0.5, abs=0.12)
    assert all(d.probability == pytest.approx(0.5, abs=0.01) for d in decisions)


def test_an_action_holds_until_the_first_of_its_ends():
    consent_ends = NOON + timedelta(days=2)
    consent = Consent(Purpose.MARKETING, EMAIL, granted=True, given_at=NOON, expires_at=consent_ends)
    assert decided(a_customer(consents=(consent,)), an_offer()).valid_until == consent_ends
    assert decided(a_customer(), an_offer()).valid_until == NOON + timedelta(days=7)


def test_what_must_be_sent_and_where_customers_come_to_us_there_are_no_contact_hours():
    never = a_customer(contact_hours=("21:00", "23:00"))
    policy = a_policy(channels={CALL: {"quiet_hours": False}})
    assert rules_of(decided(never, an_offer(channels=[EMAIL, CALL]), policy=policy)) == {"no-common-hours"}
    assert decided(never, an_offer(channels=[EMAIL, CALL]), policy=policy).chosen.channel is CALL
    assert decided(never, an_offer(contact_class="mandatory")).contact_at == NOON
    assert rules_of(decided(never, an_offer(**RECOVERY))) == {"no-common-hours"}


def test_an_action_that_waits_for_contact_hours_outlasts_the_wait():
    saturday_night, monday = NOON + timedelta(days=3, hours=9), NOON + timedelta(days=4, hours=21)
    policy = a_policy(action_validity_days=1, asked_validity_minutes=30)
    decision = decided(a_customer(), an_offer(), policy=policy, now=saturday_night)
    assert (decision.contact_at, decision.valid_until) == (monday, monday + timedelta(minutes=30))


OFFERS = (
    an_offer("sell", channels=[EMAIL, CALL]),
    an_offer("reward", kind="reward", audience={"segments_any": ["loyal"]}, value=Decimal(12)),
    an_offer("repair", **RECOVERY, channels=[EMAIL, CALL], audience={"case": "open"}),
    an_offer("win-back", kind="win-back", audience={"churn_bands": ["critical"]}, value=Decimal(50)),
    an_offer("notice", kind="information", contact_class="mandatory", value=Decimal(1)),
)

customers = st.builds(
    a_customer,
    name=st.sampled_from(["ana", "luis", "eva"]),
    known=st.booleans(),
    active=st.booleans(),
    held_out=st.booleans(),
    do_not_contact=st.booleans(),
    consents=st.sampled_from([(), consented(EMAIL), consented(CALL), consented(EMAIL, CALL)]),
    preferred_channels=st.frozensets(st.sampled_from([EMAIL, CALL])),
    score=st.sampled_from([None, scored("low"), scored("critical", at_risk="90")]),
    memberships=st.sampled_from([None, in_segments("loyal"), in_segments("lapsing")]),
    cases=st.sampled_from([(), (open_complaint(),), (resolved_complaint(days_ago=1),)]),
    contacts=st.lists(st.builds(a_contact, days_ago=st.floats(0, 40)), max_size=5).map(tuple),
    responses=st.lists(
        st.builds(answered, st.sampled_from(OFFERS), st.sampled_from(Response), days_ago=st.floats(0, 90)), max_size=4
    ).map(tuple),
)


@given(customer=customers, seed=st.text(max_size=8))
def test_ranked_and_ruled_out_are_all_actions_each_once(customer, seed):
    decision = decided(customer, *OFFERS, policy=a_policy(exploration="thompson"), seed=seed)
    ranked = [(action.offer.key, action.channel) for action in decision.ranked]
    ruled_out = [(e.offer.key, channel) for e in decision.ruled_out for channel in e.channels]
    assert sorted(ranked + ruled_out) == sorted((o.key, c) for o in OFFERS for c in o.terms.channels)
    priorities = [action.priority for action in decision.ranked]
    assert priorities == sorted(priorities, reverse=True)


@given(customer=customers)
def test_a_promotion_is_never_proposed_against_complaint_consent_hold_out_or_wish(customer):
    for action in decided(customer, *OFFERS).ranked:
        if is_promotional(action.offer):
            granted = any(c.channel in {action.channel, None} and c.granted for c in customer.consents)
            assert granted
            assert customer.known
            assert customer.active
            assert not (customer.held_out)
            assert not (customer.do_not_contact)
            assert not (customer.has_open_complaint)


@given(customer=customers, seed=st.text(max_size=8))
def test_the_same_question_gets_the_same_answer_in_any_order_of_offers(customer, seed):
    policy = a_policy(exploration="thompson")
    forward = decided(customer, *OFFERS, policy=policy, seed=seed)
    backward = decided(customer, *reversed(OFFERS), policy=policy, seed=seed)
    assert forward.ranked == backward.ranked
    assert (forward.reason, forward.review_at) == (backward.reason, backward.review_at)


@given(customer=customers)
def test_a_decision_is_reviewed_later_than_now_and_no_later_than_it_holds(customer):
    decision = decided(customer, *OFFERS)
    assert decision.review_at is None or decision.review_at > NOON
    if decision.chosen:
        assert decision.review_at is not None
        assert decision.valid_until is not None
        assert decision.review_at <= decision.valid_until


def test_deciding_for_a_batch_takes_about_a_millisecond_a_customer():
    offers = [an_offer(f"offer-{n}", channels=[EMAIL, CALL, Channel.SMS]) for n in range(14)]
    policy = a_policy(exploration="thompson")
    begin = time.process_time()
    for _ in range(100):
        decided(a_customer(), *offers, policy=policy)
    assert time.process_time() - begin < 1
