"""Clients who come at the same moment: nothing is lost, nothing counts twice, order is kept."""

import asyncio
from collections import Counter

from customer_profile.customers import repository as customers
from lealtad.events.catalog.customer_profile import CustomerRegistered, PurchaseRecorded
from lealtad.testing.driving import emitted


async def test_fifty_simultaneous_purchases_of_one_customer_count_as_fifty(shop, database):
    answers = await asyncio.gather(*(shop.buys(f"P{number}") for number in range(50)))

    assert Counter(answer.status_code for answer in answers) == {201: 50}
    totals = (await shop.view())["totals"]
    assert (totals["purchases"], totals["purchased"]["amount"]) == (50, "125.00")
    events = await emitted(database)
    purchases = [event for event in events if isinstance(event.data, PurchaseRecorded)]
    assert [event.sequence for event in purchases] == list(range(1, 51))
    assert len({event.key for event in events}) == 1
    assert sum(isinstance(event.data, CustomerRegistered) for event in events) == 1


async def test_identical_facts_at_once_are_recorded_once(shop, database):
    answers = await asyncio.gather(*(shop.buys("536365") for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 7}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len([event for event in await emitted(database) if isinstance(event.data, PurchaseRecorded)]) == 1


async def test_a_fact_that_makes_its_customer_known_while_it_is_sent_again_is_no_conflict(shop, monkeypatch):
    lock, meanwhile = customers.lock, [shop.buys("536365")]

    async def lock_before_the_other_commits(connection, refs):
        found = await lock(connection, refs)
        while meanwhile:
            assert (await meanwhile.pop()).status_code == 201
        return found

    monkeypatch.setattr(customers, "lock", lock_before_the_other_commits)

    assert (await shop.buys("536365")).status_code == 200


async def test_different_contents_of_one_fact_at_once_leave_one(shop):
    answers = await asyncio.gather(*(shop.buys("536365", customer=f"web-shop:{number}") for number in range(6)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    listed = (await shop.client.get("/v1/purchases")).json()["items"]
    assert len(listed) == 1


async def test_registration_and_first_purchase_at_once_make_one_customer(shop):
    profile = {"external_ids": [{"source": "web-shop", "external_id": "17850"}], "given_name": "Ana"}
    bought, registered = await asyncio.gather(shop.buys(), shop.post("customers", profile))
    assert bought.status_code == 201
    assert registered.status_code in (200, 201)
    view = await shop.view()
    assert (view["given_name"], view["provisional"], view["totals"]["purchases"]) == ("Ana", False, 1)
    assert view["id"] == bought.json()["customer_id"] == registered.json()["id"]


async def test_batches_that_name_the_same_customers_in_opposite_order_do_not_deadlock(shop):
    refs = [f"web-shop:{number}" for number in range(40)]
    for ref in refs[:20]:
        await shop.buys(customer=ref)
    facts = [{"type": "purchase", **shop.purchase(customer=ref)} for ref in refs]
    other = [{"type": "purchase", **shop.purchase(customer=ref)} for ref in reversed(refs)]
    answers = await asyncio.gather(shop.post("batches", {"facts": facts}), shop.post("batches", {"facts": other}))
    assert [answer.json()["recorded"] for answer in answers] == [40, 40]


async def test_returns_at_once_never_give_back_more_than_was_bought(shop):
    await shop.buys("536365", lines=[shop.line(quantity="3")])
    goods = {"purchase": "web-shop:536365", "lines": [shop.line(quantity="1")]}
    answers = await asyncio.gather(*(shop.post("returns", shop.fact(**goods)) for _ in range(6)))
    assert Counter(answer.status_code for answer in answers) == {201: 3, 409: 3}
