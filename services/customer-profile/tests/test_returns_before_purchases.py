"""A return may come before its purchase; in any order the same is stored and announced."""

from collections import defaultdict
from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customer_profile.domain import matched_returns
from customer_profile.facts.kinds import purchase_return
from customer_profile.service import SERVICE
from lealtad.events.catalog.customer_profile import PurchaseReturned, PurchaseReturnUpdated
from lealtad.testing.driving import client_for, emitted, restore, statements

from .conftest import Shop


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


async def returns_of(shop, **parameters):
    answer = await shop.client.get("/v1/returns", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def returned_amounts(database) -> dict[str, Decimal]:
    """Return what the announced events of each return add up to, by its id."""
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for event in await emitted(database):
        if isinstance(event.data, PurchaseReturned):
            amounts[str(event.id)] += event.data.total.amount
        if isinstance(event.data, PurchaseReturnUpdated):
            amounts[str(event.data.return_id)] += event.data.total.amount - event.data.previous_total.amount
    return amounts


async def test_a_return_that_comes_first_is_matched_when_its_purchase_comes(shop):
    early = await shop.post("returns", shop.fact("R", purchase="web-shop:P", lines=[shop.line(quantity="1")]))
    assert (early.json()["purchase_id"], early.json()["unmatched"]) == (None, "awaits-purchase")
    assert [item["id"] for item in await returns_of(shop, matched="false")] == [early.json()["id"]]

    bought = await shop.buys("P", lines=[shop.line(quantity="2")])

    (late,) = await returns_of(shop, matched="true")
    assert (late["purchase_id"], late["unmatched"]) == (bought.json()["id"], None)
    assert await returns_of(shop, matched="false") == []
    too_much = await shop.post("returns", shop.fact(purchase="web-shop:P", lines=[shop.line(quantity="2")]))
    assert too_much.status_code == 409


async def test_the_refund_becomes_the_share_of_what_was_paid_and_readers_are_told_the_difference(shop, database):
    await shop.post("returns", shop.fact("R", purchase="web-shop:P", lines=[shop.line(quantity="1", unit_price="10")]))
    assert (await shop.view())["totals"]["returned"]["amount"] == "10.00"

    await shop.buys("P", lines=[shop.line(quantity="2", unit_price="10")], total=euros("15.00"))

    view = await shop.view()
    assert (view["totals"]["returned"]["amount"], view["totals"]["net"]["amount"]) == ("7.50", "7.50")
    assert view["returns"]["items"][0]["total"]["amount"] == "7.50"
    (update,) = [event.data for event in await emitted(database) if isinstance(event.data, PurchaseReturnUpdated)]
    assert (update.previous_total.amount, update.total.amount) == (Decimal(10), Decimal("7.50"))


async def test_a_stated_total_stays_when_the_purchase_comes(shop):
    await shop.post("returns", shop.fact("R", purchase="web-shop:P", total=euros("2.00")))
    await shop.buys("P", lines=[shop.line(quantity="1", unit_price="10")])
    (back,) = await returns_of(shop, matched="true")
    assert back["total"]["amount"] == "2.00"


async def test_without_lines_or_total_a_return_is_refused_until_its_purchase_is_there(shop):
    body = shop.fact("R", purchase="web-shop:P")
    refused = await shop.post("returns", body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/lines")
    assert "Record the purchase" in refused.json()["detail"]

    await shop.buys("P", lines=[shop.line(quantity="2", unit_price="10")])

    assert (await shop.post("returns", body)).json()["total"]["amount"] == "20.00"


async def test_a_return_that_exceeds_its_purchase_stays_a_return_of_its_own_and_says_why(shop):
    await shop.post("returns", shop.fact("R", purchase="web-shop:P", lines=[shop.line(quantity="9")]))
    await shop.buys("P", lines=[shop.line(quantity="2")])
    (back,) = await returns_of(shop, matched="false")
    assert (back["purchase_id"], back["unmatched"]) == (None, "exceeds-purchase")
    assert (await shop.view())["totals"]["returned"]["amount"] == "11.25"


async def test_a_return_of_another_customer_waits_on(shop):
    early = shop.fact("R", customer="web-shop:2", purchase="web-shop:P", lines=[shop.line(quantity="1")])
    await shop.post("returns", early)
    await shop.buys("P", customer="web-shop:1")
    (back,) = await returns_of(shop, matched="false")
    assert back["unmatched"] == "awaits-purchase"


async def test_a_return_without_a_purchase_says_so(shop):
    answer = await shop.post("returns", shop.fact(lines=[shop.line()]))
    assert (answer.json()["unmatched"], answer.json()["purchase_id"]) == ("no-purchase-named", None)


async def test_the_name_of_a_purchase_that_is_not_recorded_holds_no_personal_data(shop):
    answer = await shop.post("returns", shop.fact(purchase="web-shop:ana@example.org", lines=[shop.line()]))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/purchase")


async def test_no_more_than_a_number_of_returns_wait_for_one_purchase(shop, monkeypatch):
    monkeypatch.setattr(purchase_return, "MAX_RETURNS", 2)
    monkeypatch.setattr(matched_returns, "MAX_RETURNS", 2)
    bodies = [shop.fact(purchase="web-shop:P", total=euros("1")) for _ in range(3)]
    assert [(await shop.post("returns", body)).status_code for body in bodies] == [201, 201, 409]
    batch = await shop.post("batches", {"facts": [{"type": "return", **body} for body in bodies]})
    assert [item["status"] for item in batch.json()["items"]] == [200, 200, 409]
    await shop.buys("P", lines=[shop.line(quantity="9", unit_price="10")])
    assert (await shop.post("returns", bodies[2])).json()["type"].rpartition(":")[2] == "return-exceeds-purchase"


async def test_a_purchase_for_which_no_return_waits_costs_no_statement_more(shop, database):
    await shop.buys("P0")
    with statements(database) as usual:
        await shop.buys("P1")
    await shop.post("returns", shop.fact(purchase="web-shop:P2", total=euros("1")))
    with statements(database) as matching:
        await shop.buys("P2")
    assert len(matching) == len(usual) + 1


async def test_a_restored_service_matches_what_it_had_matched_and_what_comes_later(shop, database, database_for):
    await shop.post("returns", shop.fact("R1", purchase="web-shop:P", lines=[shop.line(quantity="1")]))
    await shop.post("returns", shop.fact("R2", purchase="web-shop:Q", lines=[shop.line(quantity="1")]))
    await shop.buys("P", lines=[shop.line(quantity="2")], total=euros("1.50"))
    backup = await database_for(SERVICE)

    lost = await restore(SERVICE, backup, await emitted(database))

    async with client_for(SERVICE, backup) as client:
        restored = Shop(client)
        assert lost == set()
        for each in (shop, restored):
            await each.buys("Q", lines=[each.line(quantity="2")], total=euros("2.00"))
        before, after = await shop.view(), await restored.view()
    assert after["totals"] == before["totals"]
    shown = [
        {item["source"]["fact_id"]: item["total"] for item in view["returns"]["items"]} for view in (before, after)
    ]
    assert shown[0] == shown[1]
    assert all(item["purchase_id"] for item in after["returns"]["items"])


async def test_the_update_of_a_return_that_is_not_stored_is_named_in_a_restore(shop, database, database_for):
    await shop.post("returns", shop.fact("R", purchase="web-shop:P", total=euros("1")))
    await shop.buys("P")
    events = [event for event in await emitted(database) if not isinstance(event.data, PurchaseReturned)]

    lost = await restore(SERVICE, await database_for(SERVICE), events)

    assert lost == {event.id for event in events if isinstance(event.data, PurchaseReturnUpdated)}


SKUS = st.sampled_from("AB")
TIMES = st.integers(4, 7)
returns = st.tuples(st.just("return"), SKUS, TIMES, st.sampled_from([None, None, "0.03"]))
tales = st.lists(returns, min_size=1, max_size=5)


def told(shop, system, paid, tale):
    """Return the facts of a tale: two purchases of three pieces of each article, and returns of single pieces."""
    shared = {"customer": f"{system}:c"}
    facts = [
        {
            "type": "purchase",
            **shop.purchase(
                name,
                lines=[shop.line("A", 3, "1.115"), shop.line("B", 3, "0.50")],
                occurred_at="2011-03-01T05:30:00Z",
                total=euros(paid),
                **shared,
            ),
        }
        for name in ("P0", "P1")
    ]
    for number, (_, sku, hour, stated) in enumerate(tale):
        total = {} if stated is None else {"total": euros(stated)}
        price = "1.115" if sku == "A" else "0.50"
        line, time = shop.line(sku, 1, price), f"2011-03-01T{hour:02}:00:00Z"
        purchase = f"{system}:P{number % 2}"
        fact = shop.fact(f"R{number}", purchase=purchase, lines=[line], occurred_at=time, **total, **shared)
        facts.append({"type": "return", **fact})
    for fact in facts:
        fact["source"] = {**fact["source"], "system": system}
    return facts


async def tell(shop, facts, size):
    """Send facts in groups of `size`, and those that were refused again until no more are taken."""
    waiting = facts
    while waiting:
        refused = []
        for first in range(0, len(waiting), size):
            group = waiting[first : first + size]
            if size == 1:
                statuses = [(await shop.post(f"{group[0]['type']}s", group[0])).status_code]
            else:
                answer = await shop.post("batches", {"facts": group})
                statuses = [item["status"] for item in answer.json()["items"]]
            refused += [fact for fact, status in zip(group, statuses, strict=True) if status not in (200, 201)]
        if len(refused) == len(waiting):
            return refused
        waiting = refused
    return []


@settings(
    max_examples=12, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tale=st.tuples(st.sampled_from(["4.84", "2.00"]), tales),
    random=st.randoms(use_true_random=False),
    size=st.sampled_from([1, 3, 9]),
)
async def test_in_any_order_singly_or_in_batches_purchases_and_returns_give_the_same_state(
    shop, database, tale, random: Random, size
):
    telling = next(shop.numbers)
    states = []
    for system, mixed in ((f"in-order-{telling}", False), (f"mixed-{telling}", True)):
        facts = told(shop, system, *tale)
        if mixed:
            random.shuffle(facts)
        refused = await tell(shop, facts, size if mixed else 1)
        view = await shop.view(f"{system}:c")
        items = {item["source"]["fact_id"]: item for item in view["returns"]["items"]}
        announced = await returned_amounts(database)
        assert all(announced[item["id"]] == Decimal(item["total"]["amount"]) for item in items.values())
        shown = {name: (item["total"], item["unmatched"]) for name, item in items.items()}
        states.append((view["totals"], shown, sorted(fact["source"]["fact_id"] for fact in refused)))
    assert states[0] == states[1]


@pytest.mark.parametrize("parameters", [{"matched": "yes"}, {"matched": "1"}])
async def test_a_filter_that_is_no_flag_is_refused(shop, parameters):
    assert (await shop.client.get("/v1/returns", params=parameters)).status_code == 422
