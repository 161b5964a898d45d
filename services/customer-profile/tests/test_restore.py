"""Customers and facts that the back-up lacks are restored from the service's own events."""

import pytest

from customer_profile.service import SERVICE
from lealtad.events.catalog.customer_profile import CustomerState
from lealtad.testing.driving import client_for, emitted, restore

from .conftest import MORNING, Shop

CONSENT = {"purpose": "marketing", "channel": "email", "granted": False, "given_at": MORNING, "source": "call"}


@pytest.fixture
async def backup(database_for):
    """A database from before everything."""
    return await database_for(SERVICE)


@pytest.fixture
async def restored(backup):
    """The shop at the service with that database."""
    async with client_for(SERVICE, backup) as client:
        yield Shop(client)


async def a_history(shop) -> None:
    await shop.registers(external_ids=[{"source": "web-shop", "external_id": "17850"}], country="CO", language="es")
    await shop.buys("P1", lines=[shop.line(quantity="3")])
    await shop.post("returns", shop.fact("R1", purchase="web-shop:P1", lines=[shop.line(quantity="1")]))
    await shop.post("payments", shop.fact("M1", amount={"amount": "2.50", "currency": "EUR"}))
    await shop.post("contracts", shop.contract("C1"))
    assert (await shop.post("contracts/web-shop:C1/cancel", shop.fact("C2"))).is_success
    assert (await shop.post("customers/web-shop:17850/consents", CONSENT)).is_success


async def test_the_view_of_a_customer_is_what_it_was(shop, restored, backup, database):
    await a_history(shop)

    lost = await restore(SERVICE, backup, await emitted(database))

    before, after = await shop.view(), await restored.view()
    assert lost == set()
    for part in ("totals", "purchases", "contracts"):
        assert after[part] == before[part], part
    assert [consent["granted"] for consent in after["consents"]] == [False]
    assert (after["country"], after["language"]) == ("CO", "es")


async def test_facts_come_before_their_customer_and_in_any_order_of_topics(shop, restored, backup, database):
    await a_history(shop)
    events = await emitted(database)
    facts_first = sorted(events, key=lambda event: isinstance(event.data, CustomerState))

    await restore(SERVICE, backup, facts_first)

    assert (await restored.view())["totals"] == (await shop.view())["totals"]


async def test_a_source_that_sends_a_fact_again_gets_the_restored_one(shop, restored, backup, database):
    first = (await shop.buys("P1")).json()
    await restore(SERVICE, backup, await emitted(database))

    again = await restored.buys("P1")

    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert (await restored.view())["totals"]["purchases"] == 1


async def test_a_fact_that_was_recorded_again_before_is_named_and_not_counted_twice(shop, restored, backup, database):
    published = (await shop.buys("P1")).json()
    await restored.buys("P1")

    lost = await restore(SERVICE, backup, await emitted(database))

    assert {str(identity) for identity in lost} == {published["id"]}
    assert (await restored.view())["totals"]["purchases"] == 1


async def test_restoring_twice_changes_nothing(shop, restored, backup, database):
    await a_history(shop)
    for _ in range(2):
        await restore(SERVICE, backup, await emitted(database))

    assert (await restored.view())["totals"] == (await shop.view())["totals"]
