"""A merge restarts nothing: contacts, responses and complaints of the merged record apply to the survivor."""

import pytest

from campaigns.service import SERVICE
from lealtad.events.catalog.customer_profile import CustomerStatus
from lealtad.testing.driving import deliver

from .builders import an_id, complained, registered, scored, segmented, set_policy

MERGED = registered("eva", sequence=2, status=CustomerStatus.MERGED, merged_into=an_id("ana"), external_ids=[])


@pytest.fixture
async def twins(database) -> None:
    """One person under two records, each with a next-best action."""
    for name in ("ana", "eva"):
        await deliver(SERVICE, database, [registered(name), segmented(name, "loyal", "active-90d"), scored(name)])


async def request_decision(client, name: str) -> dict:
    answer = await client.post("/v1/decisions", json={"customer": f"shop:{name}", "channel": "email"})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def answer(client, decision: dict, *responses: str) -> None:
    path = f"/v1/decisions/{decision['decision_id']}/responses"
    for response in responses:
        given = await client.post(path, json={"response": response})
        assert given.status_code == 201, given.text


async def reserve(client, decision: dict):
    return await client.post("/v1/contacts", json={"decision_id": decision["decision_id"]})


def rules(decision: dict) -> set[str]:
    """Return the rules of the excluded actions."""
    return {excluded["rule"] for excluded in decision["ruled_out"]}


async def test_contacts_with_a_merged_record_count_against_the_caps_of_the_survivor(client, database, twins):
    await set_policy(database, caps=[{"contacts": 1, "days": 7}])
    before = await request_decision(client, "ana")
    await answer(client, await request_decision(client, "eva"), "presented")
    await deliver(SERVICE, database, [MERGED])

    assert (await reserve(client, before)).status_code == 409
    after = await request_decision(client, "ana")
    assert after["action"] is None
    assert "contact-cap" in rules(after)


@pytest.mark.parametrize(("response", "rule"), [("rejected", "refused-lately"), ("accepted", "already-accepted")])
async def test_what_a_merged_record_answered_holds_for_the_survivor(client, database, twins, response, rule):
    await set_policy(database, caps=[])
    before = await request_decision(client, "ana")
    await answer(client, await request_decision(client, "eva"), "presented", response)
    await deliver(SERVICE, database, [MERGED])

    assert (await reserve(client, before)).status_code == 409
    assert rule in rules(await request_decision(client, "ana"))


async def test_a_complaint_of_a_merged_record_mutes_the_survivor(client, database, twins):
    before = await request_decision(client, "ana")
    await deliver(SERVICE, database, [complained("eva"), MERGED])

    refused = await reserve(client, before)

    assert (refused.status_code, refused.json()["rule"]) == (409, "complaint-open")


async def test_the_ledger_of_the_survivor_shows_the_contacts_of_merged_records(client, database, twins):
    for name in ("ana", "eva"):
        await answer(client, await request_decision(client, name), "presented")
    await deliver(SERVICE, database, [MERGED])

    page = (await client.get("/v1/customers/shop:ana/contacts", params={"limit": 1})).json()
    rest = (await client.get("/v1/customers/shop:ana/contacts", params={"cursor": page["next_cursor"]})).json()

    assert {c["customer_id"] for c in page["items"] + rest["items"]} == {str(an_id("ana")), str(an_id("eva"))}
