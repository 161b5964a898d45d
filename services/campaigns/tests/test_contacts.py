"""One ledger per customer over all channels: no cap is exceeded, no slot is spent twice."""

import asyncio
from datetime import timedelta

import pytest

from campaigns.service import SERVICE
from lealtad.events.catalog.campaigns import ContactConfirmed, ContactReleased, ContactReserved
from lealtad.testing.driving import deliver, emitted, run_due

from .builders import START, complained, registered, scored, segmented, set_policy


@pytest.fixture
async def one_slot(database) -> None:
    """A loyal customer, and one promotional contact a week."""
    await set_policy(database, caps=[{"contacts": 1, "days": 7}])
    await deliver(SERVICE, database, [registered(), segmented("ana", "loyal", "active-90d"), scored()])


async def request_decision(client, channel: str) -> dict:
    answer = await client.post("/v1/decisions", json={"customer": "shop:ana", "channel": channel})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def reserve(client, decision: dict):
    return await client.post("/v1/contacts", json={"decision_id": decision["decision_id"]})


async def read_current_action(client) -> dict:
    return (await client.get("/v1/customers/shop:ana/next-best-action")).json()


async def test_two_channels_never_spend_the_last_slot_twice(client, one_slot):
    decisions = [
        await request_decision(client, channel) for channel in ("email", "front-office", "in-app") for _ in range(4)
    ]
    answers = await asyncio.gather(*(reserve(client, decision) for decision in decisions))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    assert {a.json()["rule"] for a in answers if a.status_code == 409} == {"contact-cap"}


async def test_presenting_at_two_places_at_once_takes_one_slot(client, one_slot):
    decisions = [await request_decision(client, channel) for channel in ("email", "front-office")]
    present = [
        client.post(f"/v1/decisions/{d['decision_id']}/responses", json={"response": "presented"}) for d in decisions
    ]
    assert sorted(answer.status_code for answer in await asyncio.gather(*present)) == [201, 409]


async def test_a_reserved_action_remains_the_best_and_others_wait(client, one_slot):
    decision = await read_current_action(client)
    slot = (await reserve(client, decision)).json()
    assert slot["status"] == "reserved"
    after = await read_current_action(client)
    assert after["action"]["offer"] == decision["action"]["offer"]
    assert "contact-cap" in {a["rule"] for a in after["ruled_out"]}


async def test_a_decision_holds_one_slot_however_often_it_is_reserved(client, one_slot):
    decision = await read_current_action(client)
    first, again = await reserve(client, decision), await reserve(client, decision)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


async def test_a_confirmed_contact_presents_the_offer_and_spends_its_slot(client, database, one_slot):
    slot = (await reserve(client, await read_current_action(client))).json()
    confirmed = await client.post(f"/v1/contacts/{slot['contact_id']}/confirm")
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "confirmed")
    assert (await client.post(f"/v1/contacts/{slot['contact_id']}/confirm")).json() == confirmed.json()
    after = await read_current_action(client)
    assert (after["action"], after["reason"]) == (None, "contact-cap")
    kinds = [type(event.data) for event in await emitted(database)]
    assert (kinds.count(ContactReserved), kinds.count(ContactConfirmed)) == (1, 1)


async def test_a_released_slot_is_free_again(client, database, one_slot):
    slot = (await reserve(client, await read_current_action(client))).json()
    released = await client.post(f"/v1/contacts/{slot['contact_id']}/release", json={"reason": "unreachable"})
    assert (released.json()["status"], released.json()["release_reason"]) == ("released", "unreachable")
    assert (await reserve(client, await request_decision(client, "front-office"))).status_code == 201
    assert any(isinstance(event.data, ContactReleased) for event in await emitted(database))


async def test_a_contact_that_took_place_is_not_released(client, one_slot):
    slot = (await reserve(client, await read_current_action(client))).json()
    await client.post(f"/v1/contacts/{slot['contact_id']}/confirm")
    refused = await client.post(f"/v1/contacts/{slot['contact_id']}/release", json={"reason": "unreachable"})
    assert refused.json()["type"] == "urn:lealtad:problem:contact-took-place"


async def test_a_reservation_that_nobody_confirms_expires(client, database, one_slot):
    slot = (await reserve(client, await read_current_action(client))).json()
    released = await run_due(SERVICE, database, now=START + timedelta(minutes=60))
    assert [type(event.data) for event in released] == [ContactReleased]
    ledger = (await client.get("/v1/customers/shop:ana/contacts")).json()["items"]
    assert [(c["contact_id"], c["release_reason"]) for c in ledger] == [(slot["contact_id"], "expired")]


async def test_the_slot_is_free_again_when_its_window_has_passed(client, database, one_slot):
    decision = await read_current_action(client)
    await client.post(f"/v1/decisions/{decision['decision_id']}/responses", json={"response": "presented"})
    assert (await read_current_action(client))["action"] is None
    await run_due(SERVICE, database, now=START + timedelta(days=7))
    assert (await read_current_action(client))["action"] is not None


async def test_service_contacts_need_no_slot(client, database, one_slot):
    decision = await read_current_action(client)
    await client.post(f"/v1/decisions/{decision['decision_id']}/responses", json={"response": "presented"})
    await deliver(SERVICE, database, [complained()])
    recovery = await read_current_action(client)
    presented = await client.post(f"/v1/decisions/{recovery['decision_id']}/responses", json={"response": "presented"})
    assert presented.status_code == 201
    ledger = (await client.get("/v1/customers/shop:ana/contacts")).json()["items"]
    assert sorted((c["contact_class"], c["counts"]) for c in ledger) == [
        ("promotional", True),
        ("transactional", False),
    ]


async def test_the_ledger_is_read_in_pages_newest_first(client, database, clock, one_slot):
    for _ in range(3):
        slot = (await reserve(client, await read_current_action(client))).json()
        await client.post(f"/v1/contacts/{slot['contact_id']}/release", json={"reason": "unreachable"})
        clock.advance(minutes=5)
    seen, cursor = [], None
    while True:
        parameters = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/customers/shop:ana/contacts", params=parameters)).json()
        seen += [contact["at"] for contact in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 3
    assert seen == sorted(seen, reverse=True)
