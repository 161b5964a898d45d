"""Facts come in: what is recorded, what is answered again, and what is refused with what advice."""

from typing import Any

import pytest

from lealtad.events.catalog.customer_profile import CustomerRegistered, PurchaseRecorded
from lealtad.testing.driving import emitted, statements


async def test_a_purchase_is_recorded_with_its_event_and_its_customer(shop, database):
    answer = await shop.buys("536365", lines=[shop.line(quantity="3", unit_price="1.255"), shop.line("B", 1, "0.10")])

    assert answer.status_code == 201
    purchase = answer.json()
    assert purchase["total"] == {"amount": "3.86", "currency": "EUR"}  # 3.765 + 0.10, half to even
    events = {type(event.data): event for event in await emitted(database)}
    recorded = events[PurchaseRecorded]
    assert str(recorded.id) == purchase["id"] == purchase["event_id"]
    assert (recorded.sequence, str(recorded.key)) == (1, purchase["customer_id"])
    assert recorded.data.source.fact_id == "536365"
    newcomer = events[CustomerRegistered]
    assert newcomer.data.provisional
    assert [(known.source, known.external_id) for known in newcomer.data.external_ids] == [("web-shop", "17850")]
    assert (newcomer.causation_id, newcomer.correlation_id, newcomer.depth) == (recorded.id, recorded.id, 1)


async def test_a_total_that_was_paid_counts_instead_of_the_sum_of_the_lines(shop):
    answer = await shop.buys(total={"amount": "2.00", "currency": "EUR"})
    assert answer.json()["total"]["amount"] == "2.00"


async def test_the_same_purchase_again_is_answered_with_the_recorded_one(shop, database):
    first = await shop.buys("536365", lines=[shop.line(unit_price="1.5")])
    again = await shop.buys("536365", lines=[shop.line(unit_price="1.50")], occurred_at="2011-03-01T09:00:00+01:00")
    by_id = await shop.buys("536365", lines=[shop.line(unit_price=1.5)], customer=first.json()["customer_id"])

    assert [first.status_code, again.status_code, by_id.status_code] == [201, 200, 200]
    assert first.json() == again.json() == by_id.json()
    assert sum(isinstance(event.data, PurchaseRecorded) for event in await emitted(database)) == 1
    assert (await shop.view())["totals"]["purchases"] == 1


@pytest.mark.parametrize(
    "change", [{"occurred_at": "2011-03-01T08:00:01Z"}, {"channel": "web"}, {"customer": "web-shop:1"}]
)
async def test_other_content_under_the_same_fact_id_is_a_conflict(shop, change):
    first = await shop.buys("536365")
    other = await shop.buys("536365", **change)
    assert other.status_code == 409
    assert other.json()["type"].endswith("fact-conflict")
    assert (other.json()["kind"], other.json()["fact_id"]) == ("purchase", first.json()["id"])


async def test_a_fact_keeps_the_external_id_under_which_it_came(shop, database):
    by_external_id = (await shop.buys("1", customer="web-shop:17850")).json()
    by_id = (await shop.buys("2", customer=by_external_id["customer_id"])).json()

    assert by_external_id["named_as"] == {"source": "web-shop", "external_id": "17850"}
    assert by_id["named_as"] is None
    bought = [event.data for event in await emitted(database) if isinstance(event.data, PurchaseRecorded)]
    assert [data.named_as and data.named_as.external_id for data in bought] == ["17850", None]


async def test_the_same_purchase_in_other_words_is_the_recorded_one(shop):
    lines = [shop.line(sku="A", unit_price="1"), shop.line(sku="B", unit_price="2")]
    first = await shop.buys("536365", lines=lines)
    reordered = await shop.buys("536365", lines=lines[::-1])
    with_total = await shop.buys("536365", lines=lines, total=first.json()["total"])

    assert [reordered.status_code, with_total.status_code] == [200, 200]
    assert first.json() == reordered.json() == with_total.json()
    assert (await shop.buys("536365", lines=lines[:1])).status_code == 409


async def test_the_same_return_in_other_words_is_the_recorded_one(shop):
    lines = [shop.line(sku="A", unit_price="1"), shop.line(sku="B", unit_price="2")]
    purchase = (await shop.buys("536365", lines=lines, total={"amount": "5.00", "currency": "EUR"})).json()
    body = shop.fact("R", purchase="web-shop:536365", lines=lines, reason="damaged")
    first = await shop.post("returns", body)
    others: list[dict[str, Any]] = [
        {"lines": lines[::-1]},
        {"purchase": purchase["id"]},
        {"purchase": purchase["id"], "lines": lines[::-1], "total": first.json()["total"]},
    ]
    differing: list[dict[str, Any]] = [
        {"lines": lines[:1]},
        {"purchase": None},
        {"reason": None},
        {"purchase": "web-shop:536366"},
    ]
    differing += [{"total": {"amount": "1.00", "currency": "EUR"}}, {"channel": "web"}]

    assert [(await shop.post("returns", {**body, **other})).json() for other in others] == [first.json()] * 3
    assert [(await shop.post("returns", {**body, **other})).status_code for other in differing] == [409] * 6


async def test_the_same_payment_in_other_words_is_the_recorded_one(shop):
    purchase = (await shop.buys("536365")).json()
    body = shop.fact("M", purchase="web-shop:536365", amount={"amount": "2.50", "currency": "EUR"}, method="card")
    first = await shop.post("payments", body)
    by_id = await shop.post("payments", {**body, "purchase": purchase["id"]})
    differing: list[dict[str, Any]] = [{"purchase": None}, {"method": "cash"}, {"status": "failed", "method": None}]

    assert (by_id.status_code, by_id.json()) == (200, first.json())
    assert [(await shop.post("payments", {**body, **other})).status_code for other in differing] == [409] * 3


async def test_a_payment_with_the_fact_id_of_a_purchase_learns_what_it_met(shop):
    purchase = await shop.buys("536365")
    payment = shop.fact("536365", amount={"amount": "2.50", "currency": "EUR"})

    answer = await shop.post("payments", payment)

    assert answer.status_code == 409
    assert (answer.json()["kind"], answer.json()["fact_id"]) == ("purchase", purchase.json()["id"])
    assert "is a purchase already" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"occurred_at": "2011-03-01T09:05:01Z"}, "/occurred_at"),
        ({"occurred_at": "1999-01-01T00:00:00Z"}, "/occurred_at"),
        ({"occurred_at": "2011-03-01T08:00:00"}, "/occurred_at"),
        ({"occurred_at": 1298966400}, "/occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "/occurred_at"),
        ({"total": {"amount": "1", "currency": "USD"}}, "/total/currency"),
        ({"total": {"amount": "1.23456", "currency": "EUR"}}, "/total/amount"),
        ({"total": {"amount": "-1", "currency": "EUR"}}, "/total"),
        ({"lines": []}, "/lines"),
        ({"lines": [{"sku": "A", "quantity": "0", "unit_price": "1"}]}, "/lines/0/quantity"),
        ({"lines": [{"sku": "A", "quantity": "1", "unit_price": "-1"}]}, "/lines/0/unit_price"),
        ({"lines": [{"sku": "A\x00", "quantity": "1", "unit_price": "1"}]}, "/lines/0/sku"),
        ({"lines": [{"sku": "A", "quantity": "NaN", "unit_price": "1"}]}, "/lines/0/quantity"),
        ({"note": "free text"}, "/note"),
        ({"customer": "Web Shop/17850"}, "/customer"),
        ({"customer": None}, "/source/customer_external_id"),
        ({"customer": "web-shop:ana@example.org"}, "/customer"),
        (
            {"customer": None, "source": {"system": "web-shop", "fact_id": "1", "customer_external_id": "ana@a.org"}},
            "/source/customer_external_id",
        ),
        ({"source": {"system": "web-shop", "fact_id": "a\x00b"}}, "/source/fact_id"),
    ],
)
async def test_what_cannot_be_true_is_refused_and_pointed_at(shop, database, change, pointer):
    answer = await shop.buys(**change)
    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert await emitted(database) == []


async def test_five_hundred_lines_are_an_invoice_and_one_more_is_not(shop):
    assert (await shop.buys(lines=[shop.line(f"S{number}") for number in range(500)])).status_code == 201
    assert (await shop.buys(lines=[shop.line(f"S{number}") for number in range(501)])).status_code == 422


async def test_the_largest_invoice_there_can_be_fits_one_event(shop):
    line = shop.line("\U0001f9f8" * 80, quantity="99999999999999.9999", unit_price="0.0001", product_line="x" * 63)
    assert (await shop.buys(lines=[line] * 500, channel="account-executive")).status_code == 201


async def test_lines_worth_more_than_money_can_say_are_refused(shop):
    answer = await shop.buys(lines=[shop.line(quantity="99999999999999", unit_price="99999999999999")])
    assert answer.status_code == 422


async def test_sums_of_the_largest_amounts_have_room(shop):
    largest = {"amount": "99999999999999", "currency": "EUR"}
    for _ in range(2):
        assert (await shop.buys(total=largest)).status_code == 201
        assert (await shop.post("payments", shop.fact(amount=largest))).status_code == 201
        assert (await shop.post("returns", shop.fact(total=largest))).status_code == 201
    assert (await shop.buys(total=largest)).status_code == 201

    totals = (await shop.view())["totals"]
    amounts = {name: totals[name]["amount"] for name in ("purchased", "returned", "net", "paid")}
    assert amounts == {
        "purchased": "299999999999997.00",
        "returned": "199999999999998.00",
        "net": "99999999999999.00",
        "paid": "199999999999998.00",
    }


async def test_an_amount_beyond_the_bound_is_refused_where_it_stands(shop):
    answer = await shop.buys(total={"amount": "100000000000000", "currency": "EUR"})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/total/amount")


async def test_a_customer_id_that_nobody_has_is_not_found(shop):
    answer = await shop.buys(customer="01890a5d-ac96-774b-bcce-b302099a8057")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("customer-not-found")


async def test_facts_of_strangers_are_refused_where_the_policy_says_so(shop, change_policy, database):
    await change_policy(unknown_customers="refuse")
    answer = await shop.buys()
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "unknown-customer")
    assert await emitted(database) == []


@pytest.mark.parametrize("external_id", ["ana@example.com", "+573001234567", "300 1234567", "54362315K"])
async def test_personal_data_are_no_external_id(shop, external_id):
    answer = await shop.buys(customer=f"web-shop:{external_id}")
    assert answer.status_code == 422
    assert external_id not in answer.text


async def test_the_source_may_name_the_customer_by_its_own_id(shop):
    fact = shop.purchase(source={"system": "web-shop", "fact_id": "1", "customer_external_id": "17850"})
    fact.pop("customer")
    assert (await shop.post("purchases", fact)).json()["customer_id"] == (await shop.view())["id"]


async def test_two_names_must_stand_for_one_customer(shop):
    await shop.buys(customer="web-shop:1")
    source = {"system": "web-shop", "fact_id": "x", "customer_external_id": "2"}
    answer = await shop.post("purchases", shop.purchase(customer="web-shop:1", source=source))
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "customers-differ")


async def test_nobody_is_nobody(shop):
    fact = shop.purchase()
    fact.pop("customer")
    assert (await shop.post("purchases", fact)).status_code == 422


async def test_a_refused_fact_leaves_no_provisional_customer(shop):
    await shop.post(
        "payments", shop.fact(amount={"amount": "5", "currency": "EUR"}, purchase="not-a-ref", customer="web-shop:9")
    )
    answer = await shop.client.get("/v1/customers/web-shop:9")
    assert answer.status_code == 404


async def test_an_idempotency_key_gives_the_same_answer_again(shop):
    body = shop.purchase("536365")
    first = await shop.post("purchases", body, **{"Idempotency-Key": "k1"})
    again = await shop.post("purchases", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert first.json() == again.json()


async def test_a_purchase_costs_a_fixed_number_of_statements(shop, database):
    await shop.buys()
    with statements(database) as seen:
        await shop.buys(lines=[shop.line(f"S{number}") for number in range(50)])
    assert len(seen) == 6, seen
