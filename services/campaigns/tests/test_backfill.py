"""A backfill leads to decisions that can be read, and never to a contact."""

import pytest
from sqlalchemy import text

from campaigns.service import SERVICE
from lealtad.events.catalog.campaigns import NextBestActionChanged
from lealtad.events.cause import Lane
from lealtad.testing.builders import loaded
from lealtad.testing.driving import deliver, emitted, end_backfill, run_due

from .builders import START, confirm_inputs, registered, scored, segmented

LOADED = [loaded(event) for event in (registered(), segmented("ana", "loyal", "active-90d"), scored())]


async def read_current_action(client) -> dict:
    answer = await client.get("/v1/customers/shop:ana/next-best-action")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def history(database) -> None:
    """A customer with loaded history only."""
    for event in LOADED:
        assert await deliver(SERVICE, database, [event]) == []
    (announced,) = await end_backfill(SERVICE, database)
    assert isinstance(announced.data, NextBestActionChanged)
    assert announced.lane is Lane.BACKFILL


async def test_history_is_decided_once_and_the_decision_can_be_read(database, client, history):
    decision = await read_current_action(client)

    assert decision["lane"] == "backfill"
    assert decision["action"]["offer"]["key"] == "reward-free-delivery"
    assert decision["causes"]["count"] == len(LOADED)
    async with database.read() as uow:
        assert await uow.connection.scalar(text("SELECT count(*) FROM decision")) == 1


async def test_nobody_is_contacted_because_of_history(database, client, history):
    decision = await read_current_action(client)
    refused = await client.post("/v1/contacts", json={"decision_id": decision["decision_id"]})

    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "decision-from-backfill")
    assert "POST /v1/decisions" in refused.json()["detail"]
    assert {type(event.data) for event in await emitted(database)} == {NextBestActionChanged}


async def test_the_next_live_event_makes_a_decision_that_a_contact_may_follow(database, client, history):
    await deliver(SERVICE, database, [scored(sequence=2, probability="0.22")])
    decision = await read_current_action(client)

    assert decision["lane"] == "live"
    assert (await client.post("/v1/contacts", json={"decision_id": decision["decision_id"]})).status_code == 201


async def test_a_customer_who_asks_is_proposed_what_history_speaks_for(client, history):
    asked = await client.post("/v1/decisions", json={"customer": "shop:ana", "channel": "front-office"})

    assert asked.json()["lane"] == "live"
    assert (await client.post("/v1/contacts", json={"decision_id": asked.json()["decision_id"]})).status_code == 201


async def test_history_that_waited_for_fresh_inputs_stays_history(database, client):
    await confirm_inputs(database, age_s=3600)
    await deliver(SERVICE, database, LOADED)
    await end_backfill(SERVICE, database)
    assert (await read_current_action(client))["action"] is None

    await confirm_inputs(database)
    (announced,) = await run_due(SERVICE, database, now=START)

    assert announced.lane is Lane.BACKFILL
    assert (await read_current_action(client))["lane"] == "backfill"
