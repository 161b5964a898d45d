"""A thousand customers in one request: each with its own outcome, none delayed by another."""

import asyncio

import pytest

from customer_profile.customers.examples import CONSENT, PROFILE
from customer_profile.identities.commands import insert_identities
from lealtad.events.catalog.customer_profile import CustomerRegistered, CustomerUpdated
from lealtad.testing.driving import emitted, statements

NATIONAL_ID = {"country": "CO", "kind": "national-id", "number": "52.345.678"}


def customer(number, **profile):
    return {"external_ids": [{"source": "web-shop", "external_id": str(number)}], **profile}


async def register(shop, *customers):
    answer = await shop.post("customer-batches", {"customers": list(customers)})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_thousand_customers_with_bad_ones_among_them(shop, database):
    customers = [customer(number, given_name="Lucía", country="CO") for number in range(1000)]
    customers[3] = {"given_name": "Nadie"}
    customers[4] = customer(4, country="Colombia")
    customers[5] = customer("lucia@example.com")
    customers[6] = "nobody"
    customers[999] = customer(0, given_name="Another")

    answer = await register(shop, *customers)

    assert (answer["registered"], answer["known"], answer["refused"]) == (995, 0, 5)
    refused = {place: item for place, item in enumerate(answer["items"]) if item["status"] != 201}
    assert {place: item["status"] for place, item in refused.items()} == {3: 422, 4: 422, 5: 422, 6: 422, 999: 409}
    assert [error["pointer"] for error in refused[3]["problem"]["errors"]] == ["/external_ids"]
    assert [error["pointer"] for error in refused[4]["problem"]["errors"]] == ["/country"]
    events = [event for event in await emitted(database) if isinstance(event.data, CustomerRegistered)]
    announced_customers = {(item["id"], item["event_id"]) for item in answer["items"] if item["status"] == 201}
    assert {(str(event.key), str(event.id)) for event in events} == announced_customers


async def test_what_is_registered_is_what_one_registration_would_have_stored(shop, client):
    profile = PROFILE | {"consents": [CONSENT], "documents": [NATIONAL_ID]}
    alone = await shop.registers(**profile)
    together = profile | customer(2, emails=["other@example.com"])
    (item,) = (await register(shop, together))["items"]

    views = [await shop.view(identity, include="consents") for identity in (alone["id"], item["id"])]
    consents = [
        (await client.get(f"/v1/customers/{identity}/consents")).json()["items"]
        for identity in (alone["id"], item["id"])
    ]

    own = {"id", "external_ids", "emails", "registered_at", "updated_at"}
    first, second = ({name: value for name, value in view.items() if name not in own} for view in views)
    assert first == second
    assert [history[0]["purpose"] for history in consents] == ["marketing", "marketing"]


async def test_a_batch_sent_again_registers_nobody_twice(shop, database):
    customers = [customer(number, given_name="Lucía", country="CO", phones=["300 123 4567"]) for number in range(20)]
    first = await register(shop, *customers)
    events = len(await emitted(database))

    again = await register(shop, *customers)

    assert (again["registered"], again["known"], again["refused"]) == (0, 20, 0)
    assert [item["id"] for item in again["items"]] == [item["id"] for item in first["items"]]
    assert len(await emitted(database)) == events


async def test_a_customer_registered_with_another_profile_is_refused_and_named(shop):
    known = await shop.registers(**customer(1, given_name="Lucía"))

    answer = await register(shop, customer(1, given_name="Ana"), customer(2))

    refused, registered = answer["items"]
    assert (refused["status"], registered["status"]) == (409, 201)
    assert refused["problem"]["owners"] == {"web-shop": known["id"]}


async def test_a_customer_known_by_a_fact_is_completed(shop, database):
    await shop.buys(customer="web-shop:7")

    answer = await register(shop, customer(7, given_name="Lucía", country="CO"), customer(8))

    completed, registered = answer["items"]
    assert (completed["status"], registered["status"]) == (200, 201)
    view = await shop.view("web-shop:7", include="consents")
    assert (view["given_name"], view["provisional"]) == ("Lucía", False)
    updates = [event for event in await emitted(database) if isinstance(event.data, CustomerUpdated)]
    assert [str(event.id) for event in updates] == [completed["event_id"]]


async def test_the_same_batch_sent_twice_at_once_registers_everybody_once(shop, database):
    customers = [customer(number) for number in range(50)]

    answers = await asyncio.gather(*(register(shop, *customers) for _ in range(4)))

    assert sum(answer["registered"] for answer in answers) == 50
    assert sum(answer["refused"] for answer in answers) == 0
    registered = [event for event in await emitted(database) if isinstance(event.data, CustomerRegistered)]
    assert len({event.key for event in registered}) == len(registered) == 50


async def test_one_that_breaks_its_group_is_answered_alone(shop, monkeypatch):
    async def breaks_at_13(uow, records):
        if any(record.profile["external_ids"][0]["external_id"] == "13" for record in records):
            raise RuntimeError("no rule foresaw this")
        await insert_identities(uow, records)

    monkeypatch.setattr("customer_profile.customers.commands.create_customers.insert_identities", breaks_at_13)

    answer = await register(shop, *(customer(number) for number in range(20)))

    assert [place for place, item in enumerate(answer["items"]) if item["status"] != 201] == [13]
    assert answer["items"][13]["status"] == 500
    assert answer["registered"] == 19


@pytest.mark.parametrize("number", [2, 100])
async def test_a_group_takes_the_same_statements_however_large(shop, database, number):
    customers = [
        customer(place, emails=[f"a{place}@example.com"], documents=[NATIONAL_ID], consents=[CONSENT])
        for place in range(number)
    ]
    await register(shop, customer(0))
    with statements(database) as executed:
        await register(shop, *customers[1:])
    assert len(executed) == 8
