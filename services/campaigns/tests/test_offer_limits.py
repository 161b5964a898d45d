"""The limit of an offer in force applies to all customers, also to decisions from an earlier limit."""

import asyncio

import pytest

from campaigns.service import SERVICE
from lealtad.events.catalog.campaigns import ContactReleased, NextBestActionChanged
from lealtad.testing.driving import deliver, run_due

from .builders import registered, scored, segmented
from .test_stops import answer, confirm, limit, reserve

NAMES = [f"customer-{number}" for number in range(12)]


@pytest.fixture
async def decisions(client, database) -> list[dict]:
    """The current decisions of a dozen loyal customers: the same reward, which is limited to twenty."""
    for name in NAMES:
        await deliver(SERVICE, database, [registered(name), segmented(name, "loyal", "active-90d"), scored(name)])
    current = [(await client.get(f"/v1/customers/shop:{name}/next-best-action")).json() for name in NAMES]
    assert len({decision["action"]["offer"]["key"] for decision in current}) == 1
    await limit(client, current[0], total=20)
    return current


async def test_a_lowered_limit_holds_for_offers_presented_before(client, decisions):
    for decision in decisions:
        assert (await answer(client, decision, "presented")).status_code == 201
    await limit(client, decisions[0], total=2)

    answers = await asyncio.gather(*(answer(client, decision, "accepted") for decision in decisions))

    assert sorted(a.status_code for a in answers) == [201] * 2 + [409] * 10
    assert {a.json()["type"] for a in answers if a.status_code == 409} == {"urn:lealtad:problem:offer-exhausted"}


async def test_a_raised_limit_holds_for_offers_presented_before(client, decisions):
    await limit(client, decisions[0], total=1)
    for decision in decisions[:3]:
        await answer(client, decision, "presented")
    await limit(client, decisions[0], total=2)
    answers = [await answer(client, decision, "accepted") for decision in decisions[:3]]
    assert [a.status_code for a in answers] == [201, 201, 409]


async def test_an_acceptance_and_a_change_of_the_limit_wait_for_each_other(client, decisions):
    for decision in decisions:
        await answer(client, decision, "presented")
    acceptances = [answer(client, decision, "accepted") for decision in decisions[:8]]
    *early, _ = await asyncio.gather(*acceptances, limit(client, decisions[0], total=2))
    accepted = sum(a.status_code == 201 for a in early)
    late = await asyncio.gather(*(answer(client, decision, "accepted") for decision in decisions[8:]))
    assert accepted >= 2
    assert {a.status_code for a in late} == {409}


async def test_an_exhausted_offer_is_neither_reserved_nor_presented_nor_confirmed(client, decisions):
    first, second, third, fourth = decisions[:4]
    slot = (await reserve(client, third)).json()
    for decision in (first, second):
        await answer(client, decision, "presented")
        await answer(client, decision, "accepted")
    await limit(client, first, total=2)

    refused = [
        await confirm(client, slot),
        await reserve(client, third),
        await answer(client, third, "presented"),
        await reserve(client, fourth),
        await answer(client, fourth, "presented"),
    ]

    assert [(a.status_code, a.json()["rule"]) for a in refused] == [(409, "offer-exhausted")] * 5


async def test_with_its_last_acceptance_an_offer_is_proposed_to_nobody_and_what_is_held_for_it_is_free(
    client, database, decisions
):
    await limit(client, decisions[0], total=1)
    await run_due(SERVICE, database)
    slot = (await reserve(client, decisions[1])).json()
    await answer(client, decisions[0], "presented")
    assert await run_due(SERVICE, database) == []

    await answer(client, decisions[0], "accepted")

    events = [event.data for event in await run_due(SERVICE, database)]
    released = [(str(e.contact_id), e.rule) for e in events if isinstance(e, ContactReleased)]
    assert released == [(slot["contact_id"], "offer-exhausted")]
    changed = [event for event in events if isinstance(event, NextBestActionChanged)]
    assert len(changed) == len(NAMES) - 1
    assert not [event for event in changed if event.offer and event.offer.key == slot["offer_key"]]


async def test_a_lowered_number_of_presentations_holds_for_a_held_slot(client, decisions):
    decision = decisions[0]
    await limit(client, decision, per_customer=2)
    asked = [(await client.post("/v1/decisions", json={"customer": f"shop:{NAMES[0]}"})).json() for _ in range(2)]
    assert {a["action"]["offer"]["key"] for a in asked} == {decision["action"]["offer"]["key"]}
    slot = (await reserve(client, asked[1])).json()
    assert (await answer(client, asked[0], "presented")).status_code == 201
    await limit(client, decision, per_customer=1)
    refused = await confirm(client, slot)
    assert (refused.status_code, refused.json()["rule"]) == (409, "already-presented")


async def test_the_limit_that_is_reached_refuses_no_rejection(client, decisions):
    for decision in decisions[:2]:
        await answer(client, decision, "presented")
    await answer(client, decisions[0], "accepted")
    await limit(client, decisions[0], total=1)
    assert (await answer(client, decisions[1], "rejected")).status_code == 201
