"""Actions, contacts and responses from after the back-up are restored."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from campaigns.service import SERVICE
from lealtad.events.catalog.campaigns import NextBestActionChanged, OfferPresented
from lealtad.testing.driving import client_for, deliver, emitted, restore

from .builders import complained, confirm_inputs, registered, scored, segmented, set_policy
from .conftest import PLAIN

FACTS = [registered(), segmented("ana", "loyal", "active-90d"), scored()]


@pytest.fixture
async def restored(database_for):
    """A database that was restored to a state before all events."""
    database = await database_for(SERVICE)
    await confirm_inputs(database)
    await set_policy(database, **PLAIN)
    return database


async def read_current_action(client) -> dict:
    return (await client.get("/v1/customers/shop:ana/next-best-action")).json()


async def answer(client, decision, response) -> None:
    path = f"/v1/decisions/{decision['decision_id']}/responses"
    assert (await client.post(path, json={"response": response})).status_code == 201


async def test_an_action_that_was_announced_is_not_announced_again(database, restored):
    announced = await deliver(SERVICE, database, FACTS)
    assert [type(event.data) for event in announced] == [NextBestActionChanged]

    assert await restore(SERVICE, restored, announced) == set()

    assert await deliver(SERVICE, restored, FACTS) == []


async def test_an_offer_that_was_presented_is_not_presented_again_and_its_contact_counts(database, client, restored):
    await deliver(SERVICE, database, FACTS)
    presented = await read_current_action(client)
    await answer(client, presented, "presented")

    lost = await restore(SERVICE, restored, await emitted(database))
    await deliver(SERVICE, restored, FACTS)

    assert lost == set()
    async with client_for(SERVICE, restored) as other:
        ruled_out = {item["offer"]["key"]: item["rule"] for item in (await read_current_action(other))["ruled_out"]}
        ledger = (await other.get("/v1/customers/shop:ana/contacts")).json()["items"]
    assert ruled_out[presented["action"]["offer"]["key"]] == "already-presented"
    assert [contact["status"] for contact in ledger] == ["confirmed"]


async def test_a_refusal_rests_the_pitch_after_the_restore_too(database, client, restored):
    await deliver(SERVICE, database, FACTS)
    refused = await read_current_action(client)
    await answer(client, refused, "presented")
    await answer(client, refused, "rejected")

    await restore(SERVICE, restored, await emitted(database))
    await deliver(SERVICE, restored, FACTS)

    async with client_for(SERVICE, restored) as other:
        assert (await read_current_action(other))["reason"] == "refused-lately"


async def test_a_reported_contact_keeps_the_rule_of_its_time(database, client, clock, restored):
    await deliver(SERVICE, database, FACTS)
    decision = await read_current_action(client)
    await deliver(SERVICE, database, [complained()])
    reported_at = clock.now().isoformat()
    clock.advance(hours=1)
    path = f"/v1/decisions/{decision['decision_id']}/responses"
    reported = await client.post(path, json={"response": "presented", "occurred_at": reported_at})
    assert reported.json()["rule"] == "complaint-open"

    await restore(SERVICE, restored, await emitted(database))
    await deliver(SERVICE, restored, FACTS)

    async with client_for(SERVICE, restored) as other, restored.read() as uow:
        (contact,) = (await other.get("/v1/customers/shop:ana/contacts")).json()["items"]
        (response,) = await uow.connection.execute(text("SELECT reported, rule FROM response"))
    assert (contact["status"], contact["rule"]) == ("confirmed", "complaint-open")
    assert (response.reported, response.rule) == (True, "complaint-open")


async def test_responses_to_offers_that_the_back_up_lacks_are_named(database, client, restored):
    await deliver(SERVICE, database, FACTS)
    await answer(client, await read_current_action(client), "presented")
    events = await emitted(database)
    response = next(event for event in events if isinstance(event.data, OfferPresented))
    offer = response.data.offer.model_copy(update={"version": 7})
    unknown = replace(response, data=response.data.model_copy(update={"offer": offer}))

    assert await restore(SERVICE, restored, [unknown]) == {response.id}
