"""A contact that took place a while ago is reported: no rule refuses it; it is stored, counted and marked."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from campaigns.service import SERVICE
from lealtad.events.catalog.campaigns import ContactConfirmed, OfferPresented
from lealtad.testing.driving import deliver, emitted, run_due

from .builders import START, set_policy
from .test_stops import (
    STOPS,
    answer,
    change,
    confirm,
    decision,
    limit,
    loyal,
    read_ledger,
    request_decision,
    reserve,
    slot,
)

__all__ = ["decision", "loyal", "slot"]
HOUR = timedelta(hours=1)


async def report(client, decision, at, **body):
    reported = await answer(client, decision, "presented", occurred_at=at.isoformat(), **body)
    assert reported.status_code == 201, reported.text
    return reported.json()


@pytest.mark.parametrize("rule", STOPS)
async def test_a_report_names_the_rule_that_stood_when_the_contact_took_place(client, database, decision, clock, rule):
    await deliver(SERVICE, database, [STOPS[rule]], now=START + HOUR / 2)
    clock.advance(hours=3)

    reported = await report(client, decision, START + HOUR)

    assert (reported["reported"], reported["rule"]) == (True, rule)
    events = [e.data for e in await emitted(database) if isinstance(e.data, ContactConfirmed | OfferPresented)]
    assert [(event.occurred_at, event.rule) for event in events] == [(START + HOUR, rule)] * 2


@pytest.mark.parametrize("rule", ["do-not-contact", "consent-withdrawn", "complaint-open", "customer-inactive"])
async def test_a_stop_of_later_does_not_speak_against_a_contact_of_before(client, database, decision, clock, rule):
    await deliver(SERVICE, database, [STOPS[rule]], now=START + HOUR)
    clock.advance(hours=3)
    reported = await report(client, decision, START + HOUR / 2)
    assert (reported["reported"], reported["rule"]) == (True, None)


async def test_the_policy_and_the_offer_of_that_time_are_asked(client, database, decision, clock):
    key = decision["action"]["offer"]["key"]
    clock.advance(hours=1)
    await change(client, "/v1/contact-policy", promotions_stopped=True)
    clock.advance(hours=1)
    await change(client, "/v1/contact-policy", promotions_stopped=False)
    other = await request_decision(client, "front-office")
    clock.advance(hours=1)
    etag = (await client.get(f"/v1/offers/{key}")).headers["etag"]
    await client.delete(f"/v1/offers/{key}", headers={"If-Match": etag})
    clock.advance(hours=1)

    first = await report(client, decision, START + 1.5 * HOUR)
    assert first["rule"] == "promotions-stopped"
    last = await report(client, other, START + 2.5 * HOUR)
    assert last["rule"] == "already-presented"
    assert other["action"]["offer"]["key"] == key


async def test_a_withdrawn_offer_is_the_rule_of_a_contact_after_it(client, decision, clock):
    key = decision["action"]["offer"]["key"]
    clock.advance(hours=1)
    await client.delete(f"/v1/offers/{key}", headers={"If-Match": '"1"'})
    clock.advance(hours=2)
    assert (await report(client, decision, START + 2 * HOUR))["rule"] == "offer-withdrawn"


async def test_a_decision_that_had_expired_is_the_rule_of_a_contact_after_it(client, loyal, clock):
    decision = await request_decision(client, "front-office")
    clock.advance(hours=4)
    assert (await report(client, decision, START + 2 * HOUR))["rule"] == "decision-expired"


async def test_an_offer_that_was_exhausted_is_the_rule_of_a_contact_after_it(client, database, decision, clock):
    await limit(client, decision, total=1)
    other = await request_decision(client, "front-office")
    await answer(client, other, "presented")
    await answer(client, other, "accepted")
    await run_due(SERVICE, database, now=START + HOUR)
    clock.advance(hours=2)
    assert (await report(client, decision, START + HOUR))["rule"] == "offer-exhausted"


async def test_a_report_counts_against_the_caps(client, database, decision, clock):
    await set_policy(database, caps=[{"contacts": 1, "days": 7}])
    await limit(client, decision, per_customer=5)
    clock.advance(hours=2)
    held = (await reserve(client, await request_decision(client, "email"))).json()
    await report(client, decision, START + HOUR)

    refused = await confirm(client, held)

    assert (refused.status_code, refused.json()["rule"]) == (409, "contact-cap")
    assert (await read_ledger(client))[held["contact_id"]]["rule"] == "contact-cap"
    assert (await reserve(client, await request_decision(client, "front-office"))).status_code == 409


async def test_a_report_spends_the_slot_that_its_decision_holds(client, decision, slot, clock):
    clock.advance(minutes=30)
    await report(client, decision, START + timedelta(minutes=10))
    contacts = await read_ledger(client)
    assert [(c["contact_id"], c["status"]) for c in contacts.values()] == [(slot["contact_id"], "confirmed")]
    assert contacts[slot["contact_id"]]["rule"] is None


async def test_what_lies_within_the_clock_tolerance_is_a_question(client, database, decision, clock):
    clock.advance(hours=1)
    await deliver(SERVICE, database, [STOPS["do-not-contact"]])
    for minutes, status in ((0, 409), (5, 409), (6, 201)):
        at = START + HOUR - timedelta(minutes=minutes)
        answered = await answer(client, decision, "presented", occurred_at=at.isoformat())
        assert answered.status_code == status


async def test_a_report_of_a_slot_that_a_stop_released_since_is_not_marked(client, database, decision, slot, clock):
    clock.advance(hours=0.5)
    await deliver(SERVICE, database, [STOPS["complaint-open"]])
    clock.advance(hours=1)
    reported = await report(client, slot, START + HOUR / 4)
    assert reported["rule"] is None
    assert sorted(c["status"] for c in (await read_ledger(client)).values()) == ["confirmed", "released"]


async def test_a_question_is_answered_and_is_no_report(client, decision):
    presented = (await answer(client, decision, "presented")).json()
    assert (presented["reported"], presented["rule"]) == (False, None)


async def test_a_report_is_shown_with_its_decision_and_may_be_answered(client, database, decision, clock):
    await deliver(SERVICE, database, [STOPS["complaint-open"]])
    clock.advance(hours=2)
    await report(client, decision, START + HOUR)
    (contact,) = (await read_ledger(client)).values()
    assert (contact["status"], contact["at"]) == ("confirmed", (START + HOUR).strftime("%Y-%m-%dT%XZ"))
    assert (contact["counts"], contact["rule"]) == (True, "complaint-open")
    accepted = await answer(client, decision, "accepted", occurred_at=(START + 1.5 * HOUR).isoformat())
    assert accepted.status_code == 201
    explained = (await client.get(f"/v1/decisions/{decision['decision_id']}")).json()
    assert [(r["response"], r["reported"], r["rule"]) for r in explained["responses"]] == [
        ("presented", True, "complaint-open"),
        ("accepted", False, None),
    ]


async def test_a_decision_recorded_before_it_kept_consents_is_reported_with_what_is_known_now(
    client, database, decision, clock
):
    async with database.begin() as uow:
        forget = "UPDATE decision SET inputs = inputs - 'consents' - 'cases' - 'do_not_contact' - 'known' - 'active'"
        await uow.connection.execute(text(forget))
    clock.advance(hours=2)
    assert (await report(client, decision, START + HOUR))["rule"] is None
