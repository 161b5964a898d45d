"""Every rule in force is checked for a held slot, and each slot that stays held may be spent without a violation."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.circumstances import Circumstances
from campaigns.domain.customer import ContactStatus, Response, Slot
from campaigns.domain.mute import mute_of
from campaigns.domain.offers import ContactClass, Offer
from campaigns.domain.permission import find_lost_slots, find_next_end, find_violation
from campaigns.domain.violation import Violation
from lealtad.consents import Consent
from lealtad.events.catalog.customer_profile import Channel, Purpose

from .builders import (
    NOON,
    a_contact,
    a_customer,
    a_policy,
    an_id,
    an_offer,
    answered,
    consented,
    open_complaint,
    resolved_complaint,
)

EMAIL = Channel.EMAIL
STALE = Violation("cases-not-fresh", "too old")


def at_noon(customer, policy=None, *, stale=None) -> Circumstances:
    policy = policy or a_policy()
    return Circumstances(NOON, policy, NOON, NOON, NOON, mute_of(customer, policy, NOON), stale)


def a_slot(name: str = "slot", *, minutes_ago: int = 10, held_for: int = 60, offer: str = "gift-set") -> Slot:
    at = NOON - timedelta(minutes=minutes_ago)
    return Slot(an_id(name), an_id(offer), EMAIL, ContactStatus.RESERVED, at, NOON + timedelta(minutes=held_for))


def rule_of(customer, offer, *, policy=None, held=None, stale=None) -> str | None:
    violation = find_violation(offer, EMAIL, customer, at_noon(customer, policy, stale=stale), held)
    return violation.rule if violation else None


OFFER = an_offer()
STOPS: dict[str, tuple[dict[str, Any], Offer | None]] = {
    "customer-unknown": ({"known": False}, OFFER),
    "customer-inactive": ({"active": False}, OFFER),
    "do-not-contact": ({"do_not_contact": True}, OFFER),
    "no-consent": ({"consents": ()}, OFFER),
    "consent-withdrawn": ({"consents": (Consent(Purpose.MARKETING, None, granted=False, given_at=NOON),)}, OFFER),
    "consent-expired": (
        {"consents": (Consent(Purpose.MARKETING, None, granted=True, given_at=NOON, expires_at=NOON),)},
        OFFER,
    ),
    "complaint-open": ({"cases": (open_complaint(),)}, OFFER),
    "complaint-cool-down": ({"cases": (resolved_complaint(days_ago=1),)}, OFFER),
    "hold-out": ({"held_out": True}, OFFER),
    "refused-lately": ({"responses": (answered(an_offer("b", kind="retention"), Response.REJECTED),)}, OFFER),
    "already-presented": ({"responses": (answered(OFFER, Response.PRESENTED),)}, OFFER),
    "already-accepted": ({"responses": (answered(OFFER, Response.ACCEPTED),)}, OFFER),
    "contact-cap": ({"contacts": (a_contact(), a_contact())}, OFFER),
    "offer-exhausted": ({}, an_offer(accepted=2, limits={"total": 2})),
    "offer-expired": ({}, an_offer(valid_until=NOON)),
    "offer-not-yet-valid": ({}, an_offer(valid_from=NOON + timedelta(days=1))),
    "channel-withdrawn": ({}, an_offer(channels=[Channel.SMS])),
    "offer-withdrawn": ({}, None),
    "costs-more-than-it-brings": ({}, an_offer(value=1, cost=2)),
}


@pytest.mark.parametrize("held", [None, a_slot()], ids=["without a slot", "with a held slot"])
@pytest.mark.parametrize("rule", STOPS)
def test_every_rule_forbids_a_contact_with_and_without_a_held_slot(rule, held):
    changes, offer = STOPS[rule]
    assert rule_of(a_customer(**changes), offer, held=held) == rule


@pytest.mark.parametrize("rule", STOPS)
def test_every_rule_takes_the_held_slot_away(rule):
    changes, offer = STOPS[rule]
    slot = a_slot()
    customer = a_customer(**changes)
    customer = replace(customer, held_slots=(slot,), contacts=(*customer.contacts, slot))
    assert [
        (lost, violation.rule) for lost, violation in find_lost_slots(customer, lambda _: offer, at_noon(customer))
    ] == [(slot, rule)]


def test_old_inputs_forbid_the_contact_and_leave_the_slot():
    slot = a_slot()
    customer = a_customer(held_slots=(slot,), contacts=(slot,))
    assert rule_of(customer, OFFER, held=slot, stale=STALE) == "cases-not-fresh"
    assert find_lost_slots(customer, lambda _: OFFER, at_noon(customer, stale=STALE)) == []


def test_a_rule_that_lifts_while_the_slot_is_held_leaves_the_slot():
    slot = a_slot(held_for=60)
    customer = a_customer(held_slots=(slot,), cases=(resolved_complaint(days_ago=7 - 1 / 48),))
    assert rule_of(customer, OFFER, held=slot) == "complaint-cool-down"
    assert find_lost_slots(customer, lambda _: OFFER, at_noon(customer)) == []


@pytest.mark.parametrize(
    ("contact_class", "stops"),
    [
        (ContactClass.TRANSACTIONAL, {"customer-unknown", "customer-inactive", "do-not-contact", "consent-withdrawn"}),
        (ContactClass.MANDATORY, {"customer-unknown", "customer-inactive"}),
    ],
)
def test_a_service_or_mandatory_contact_is_stopped_by_few(contact_class, stops):
    offer = an_offer(contact_class=contact_class)
    customers = {rule: a_customer(**changes) for rule, (changes, other) in STOPS.items() if other is OFFER}
    about_the_customer = {"already-presented", "already-accepted"}
    policy = a_policy(promotions_stopped=True)
    rules = {rule for rule, customer in customers.items() if rule_of(customer, offer, policy=policy, held=a_slot())}
    assert rules - about_the_customer == stops


slots = st.lists(
    st.tuples(st.booleans(), st.integers(1, 60 * 24 * 40)),
    max_size=8,
    unique_by=lambda item: item[1],
)


@given(past=slots, weekly=st.integers(0, 4), monthly=st.integers(0, 6))
def test_what_remains_held_may_all_be_spent_within_the_caps(past, weekly, monthly):
    policy = a_policy(caps=[{"contacts": weekly, "days": 7}, {"contacts": monthly, "days": 30}])
    contacts = [
        a_slot(str(number), minutes_ago=minutes, offer=str(number))
        if reserved
        else Slot(an_id(str(number)), an_id("x"), EMAIL, ContactStatus.CONFIRMED, NOON - timedelta(minutes=minutes))
        for number, (reserved, minutes) in enumerate(past)
    ]
    held = tuple(c for c in contacts if c.status is ContactStatus.RESERVED)
    customer = a_customer(contacts=tuple(contacts), held_slots=held)
    lost = dict(find_lost_slots(customer, lambda id_: replace(OFFER, offer_id=id_), at_noon(customer, policy)))
    remaining = [slot for slot in held if slot not in lost]

    for slot in remaining:
        others = tuple(c for c in customer.contacts if c not in lost)
        customer = replace(customer, contacts=others)
        assert rule_of(customer, replace(OFFER, offer_id=slot.offer_id), policy=policy, held=slot) is None
        spent = replace(slot, status=ContactStatus.CONFIRMED, at=NOON, expires_at=None)
        customer = replace(customer, contacts=tuple(spent if c == slot else c for c in customer.contacts))

    if remaining:
        for cap in policy.caps:
            within = [c for c in customer.contacts if c not in lost and c.at > NOON - cap.window]
            assert len(within) <= cap.contacts


@given(offer_days=st.none() | st.integers(-3, 3), consent_days=st.none() | st.integers(-3, 3))
def test_what_ends_by_time_is_the_first_end_that_lies_ahead(offer_days, consent_days):
    offer_ends, consent_ends = (
        NOON + timedelta(days=days) if days is not None else None for days in (offer_days, consent_days)
    )
    offer = an_offer(valid_until=offer_ends)
    (consent,) = consented(EMAIL)
    customer = a_customer(consents=(replace(consent, expires_at=consent_ends),))
    ahead = [end for end in (offer_ends, consent_ends) if end and end > NOON]
    assert find_next_end(offer, EMAIL, customer, NOON) == min(ahead, default=None)
