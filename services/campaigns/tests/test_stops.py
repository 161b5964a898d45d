"""Rules in force apply to every contact, also with a held slot: no reservation outlives a stop."""

from datetime import timedelta

import pytest

from campaigns.service import SERVICE
from lealtad.events.catalog.campaigns import ContactReleased, ContactReserved
from lealtad.events.catalog.customer_profile import CustomerStatus
from lealtad.testing.driving import deliver, emitted, run_due

from .builders import (
    START,
    an_id,
    complained,
    confirm_inputs,
    granted,
    registered,
    resolved,
    scored,
    segmented,
)

READ_ONLY = {"version", "changed_at", "changed_by", "offer_id", "withdrawn", "key"}
STOPS = {
    "do-not-contact": registered(sequence=2, do_not_contact=True),
    "consent-withdrawn": registered(sequence=2, consents=[granted(days_ago=0, yes=False)]),
    "no-consent": registered(sequence=2, consents=[]),
    "complaint-open": complained(),
    "complaint-cool-down": resolved(),
    "customer-inactive": registered(sequence=2, status=CustomerStatus.ERASED, consents=[]),
}
MERGED = registered(sequence=2, status=CustomerStatus.MERGED, merged_into=an_id("eva"))


@pytest.fixture
async def loyal(database) -> None:
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal", "active-90d"), scored()])


@pytest.fixture
async def decision(client, loyal) -> dict:
    return (await client.get("/v1/customers/shop:ana/next-best-action")).json()


@pytest.fixture
async def slot(client, decision) -> dict:
    reserved = await reserve(client, decision)
    assert reserved.status_code == 201, reserved.text
    return reserved.json()


async def reserve(client, decision):
    return await client.post("/v1/contacts", json={"decision_id": decision["decision_id"]})


async def confirm(client, slot):
    return await client.post(f"/v1/contacts/{slot['contact_id']}/confirm")


async def answer(client, decision, response, **body):
    return await client.post(f"/v1/decisions/{decision['decision_id']}/responses", json={"response": response, **body})


async def request_decision(client, channel: str) -> dict:
    return (await client.post("/v1/decisions", json={"customer": "shop:ana", "channel": channel})).json()


async def read_ledger(client) -> dict[str, dict]:
    items = (await client.get(f"/v1/customers/{an_id('ana')}/contacts")).json()["items"]
    return {item["contact_id"]: item for item in items}


async def change(client, path: str, **changes: object) -> None:
    """Change an offer or the policy as a manager does."""
    current = await client.get(path)
    document = {name: value for name, value in current.json().items() if name not in READ_ONLY} | changes
    changed = await client.put(path, json=document, headers={"If-Match": current.headers["etag"]})
    assert changed.status_code == 200, changed.text


async def limit(client, decision, **limits: int) -> None:
    """Change the limits of the offer of `decision`."""
    await change(client, f"/v1/offers/{decision['action']['offer']['key']}", limits=limits)


async def refusals(client, slot) -> set[str]:
    """Return the rules that refuse the held slot at confirm, at presented and at reserve."""
    answers = [await confirm(client, slot), await answer(client, slot, "presented"), await reserve(client, slot)]
    assert [a.status_code for a in answers] == [409] * 3, [a.text for a in answers]
    return {a.json()["rule"] for a in answers}


@pytest.mark.parametrize("stop", [*STOPS.values(), MERGED], ids=[*STOPS, "merged"])
async def test_a_stop_releases_what_is_held_and_says_so(client, database, slot, stop):
    rule = next((rule for rule, event in STOPS.items() if event is stop), "customer-inactive")
    released = [e.data for e in await deliver(SERVICE, database, [stop]) if isinstance(e.data, ContactReleased)]

    assert [(str(e.contact_id), e.reason, e.rule) for e in released] == [(slot["contact_id"], "stopped", rule)]
    assert await refusals(client, slot) == {rule}


@pytest.mark.parametrize(
    ("rule", "policy"),
    [
        ("promotions-stopped", {"promotions_stopped": True}),
        ("contact-cap", {"caps": [{"contacts": 0, "days": 7}]}),
        ("costs-more-than-it-brings", {"channels": {"front-office": {"cost": "1000"}, "email": {"cost": "1000"}}}),
    ],
)
async def test_another_policy_holds_at_once_and_releases_what_is_held(client, database, slot, rule, policy):
    await change(client, "/v1/contact-policy", **policy)
    assert await refusals(client, slot) == {rule}

    released = [e.data for e in await run_due(SERVICE, database) if isinstance(e.data, ContactReleased)]

    assert [(str(e.contact_id), e.rule) for e in released] == [(slot["contact_id"], rule)]
    assert (await read_ledger(client))[slot["contact_id"]]["rule"] == rule
    assert await refusals(client, slot) == {rule}


@pytest.mark.parametrize(
    ("rule", "terms"),
    [
        ("offer-expired", {"valid_until": "2011-03-01T09:00:00Z"}),
        ("offer-not-yet-valid", {"valid_from": "2011-04-01T00:00:00Z"}),
        ("channel-withdrawn", {"channels": ["web"]}),
        ("no-consent", {"purpose": "surveys"}),
    ],
)
async def test_other_terms_of_an_offer_hold_for_decisions_made_before(client, database, slot, rule, terms):
    await change(client, f"/v1/offers/{slot['offer_key']}", **terms)
    assert await refusals(client, slot) == {rule}
    (released,) = [e.data for e in await run_due(SERVICE, database) if isinstance(e.data, ContactReleased)]
    assert (released.reason, released.rule) == ("stopped", rule)


async def test_a_withdrawn_offer_is_not_contacted_with_on_a_held_slot(client, database, slot):
    path = f"/v1/offers/{slot['offer_key']}"
    assert (await client.delete(path, headers={"If-Match": '"1"'})).status_code == 200
    assert await refusals(client, slot) == {"offer-withdrawn"}
    (released,) = [e.data for e in await run_due(SERVICE, database) if isinstance(e.data, ContactReleased)]
    assert released.rule == "offer-withdrawn"


async def test_a_slot_is_not_held_beyond_the_consent_that_it_rests_on(client, database, loyal):
    ends = START + timedelta(minutes=20)
    await deliver(
        SERVICE,
        database,
        [registered(sequence=2, consents=[granted().model_copy(update={"expires_at": ends})])],
    )
    slot = (await reserve(client, await request_decision(client, "front-office"))).json()
    assert slot["expires_at"] == ends.strftime("%Y-%m-%dT%XZ")
    await run_due(SERVICE, database, now=ends)
    assert (await read_ledger(client))[slot["contact_id"]]["status"] == "released"
    assert (await confirm(client, slot)).status_code == 409


async def test_old_inputs_forbid_a_contact_and_take_no_slot_away(client, database, slot):
    await confirm_inputs(database, age_s=3600)
    assert await refusals(client, slot) == {"cases-not-fresh"}
    await deliver(SERVICE, database, [scored(sequence=2, probability="0.22")])
    await confirm_inputs(database)
    assert (await confirm(client, slot)).status_code == 200


async def test_a_complaint_leaves_the_slot_of_its_own_recovery_alone(client, database, loyal):
    await deliver(SERVICE, database, [complained()])
    recovery = (await client.get("/v1/customers/shop:ana/next-best-action")).json()
    slot = (await reserve(client, recovery)).json()
    events = await deliver(SERVICE, database, [complained(case="another")])
    assert not [event for event in events if isinstance(event.data, ContactReleased)]
    assert (await confirm(client, slot)).status_code == 200


async def test_a_refusal_releases_other_promotions_that_are_held(client, database, slot):
    other = await request_decision(client, "email")
    await answer(client, other, "presented")
    refused = await answer(client, other, "rejected")
    assert refused.status_code == 201
    assert (await read_ledger(client))[slot["contact_id"]]["status"] == "released"


async def test_of_slots_above_a_lowered_cap_the_youngest_is_released(client, database, slot, clock):
    await change(client, f"/v1/offers/{slot['offer_key']}", limits={"per_customer": 5})
    clock.advance(minutes=1)
    younger = (await reserve(client, await request_decision(client, "email"))).json()
    await change(client, "/v1/contact-policy", caps=[{"contacts": 1, "days": 7}])
    assert (await confirm(client, younger)).json()["rule"] == "contact-cap"
    assert (await confirm(client, slot)).status_code == 200
    released = [e.data for e in await emitted(database) if isinstance(e.data, ContactReleased)]
    assert [(str(e.contact_id), e.rule) for e in released] == [(younger["contact_id"], "contact-cap")]


async def test_what_took_place_is_not_refused_when_it_is_sent_again(client, database, decision, slot):
    first = await confirm(client, slot)
    await deliver(SERVICE, database, [STOPS["do-not-contact"]])
    assert (await confirm(client, slot)).json() == first.json()
    assert (await answer(client, decision, "presented")).status_code == 200


@pytest.mark.parametrize(
    ("stop", "response"),
    [
        (STOPS["do-not-contact"], "accepted"),
        (STOPS["complaint-open"], "rejected"),
        (STOPS["customer-inactive"], "rejected"),
        (MERGED, "accepted"),
    ],
    ids=["do-not-contact", "complaint", "erased", "merged"],
)
async def test_no_stop_refuses_an_answer_that_was_given(client, database, decision, stop, response):
    await answer(client, decision, "presented")
    await change(client, "/v1/contact-policy", promotions_stopped=True, caps=[{"contacts": 0, "days": 365}])
    path = f"/v1/offers/{decision['action']['offer']['key']}"
    assert (await client.delete(path, headers={"If-Match": '"1"'})).status_code == 200
    await deliver(SERVICE, database, [stop])
    given = await answer(client, decision, response)
    assert given.status_code == 201, given.text


async def test_a_slot_that_a_channel_lets_go_names_no_rule(client, database, slot):
    await client.post(f"/v1/contacts/{slot['contact_id']}/release", json={"reason": "do-not-contact"})
    events = [e.data for e in await emitted(database) if isinstance(e.data, ContactReleased | ContactReserved)]
    assert len(events) == 2
    assert isinstance(events[0], ContactReserved)
    assert isinstance(events[1], ContactReleased)
    assert (events[1].reason, events[1].rule) == ("do-not-contact", None)
