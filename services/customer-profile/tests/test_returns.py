"""What comes back: matched to its purchase where that is known, never more than was bought."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


async def given_back(shop, purchase, *lines):
    """Return what is given back for lines that come back one after another."""
    answers = [await shop.post("returns", shop.fact(purchase=purchase, lines=[line])) for line in lines]
    assert [answer.status_code for answer in answers] == [201] * len(lines)
    return [answer.json()["total"]["amount"] for answer in answers]


async def test_part_of_a_purchase_comes_back_and_the_net_amount_falls(shop):
    bought = await shop.buys("536365", lines=[shop.line("A", 4, "2.50"), shop.line("B", 1, "5")])
    back = await shop.post("returns", shop.fact(purchase="web-shop:536365", lines=[shop.line("A", 1, "2.50")]))
    assert back.status_code == 201
    assert back.json()["purchase_id"] == bought.json()["id"]
    totals = (await shop.view())["totals"]
    assert (totals["purchases"], totals["returns"], totals["net"]["amount"]) == (1, 1, "12.50")


async def test_a_return_without_lines_takes_all_that_is_left(shop):
    bought = await shop.buys(lines=[shop.line("A", 4, "2.50")])
    purchase = bought.json()["id"]
    await shop.post("returns", shop.fact(purchase=purchase, lines=[shop.line("A", 1, "2.50")]))
    rest = await shop.post("returns", shop.fact(purchase=purchase))
    assert (rest.json()["lines"][0]["quantity"], rest.json()["total"]["amount"]) == ("3", "7.50")
    nothing = await shop.post("returns", shop.fact(purchase=purchase))
    assert (nothing.status_code, nothing.json()["type"].rpartition(":")[2]) == (409, "return-exceeds-purchase")


async def test_more_than_was_bought_does_not_come_back(shop):
    await shop.buys("536365", lines=[shop.line("A", 2)])
    answer = await shop.post("returns", shop.fact(purchase="web-shop:536365", lines=[shop.line("A", 3)]))
    assert answer.status_code == 409
    assert "article A: 3 to be returned, 2 left" in answer.json()["detail"]


async def test_the_same_return_again_is_no_second_return(shop):
    await shop.buys("536365", lines=[shop.line("A", 2)])
    body = shop.fact("C536365", purchase="web-shop:536365")
    assert [(await shop.post("returns", body)).status_code for _ in range(2)] == [201, 200]


async def test_a_return_of_an_unrecorded_purchase_is_kept_unmatched(shop):
    answer = await shop.post("returns", shop.fact(purchase="till:1", lines=[shop.line("A", 9)]))
    assert (answer.status_code, answer.json()["purchase_id"]) == (201, None)


async def test_a_return_must_say_what_comes_back(shop):
    unknown = await shop.post("returns", shop.fact(purchase="till:1"))
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/lines")
    assert (await shop.post("returns", shop.fact())).status_code == 422


async def test_nobody_returns_what_another_customer_bought(shop):
    await shop.buys("536365", customer="web-shop:1")
    answer = await shop.post("returns", shop.fact(purchase="web-shop:536365", customer="web-shop:2"))
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "purchase-of-another-customer")


async def test_an_id_that_no_purchase_has_is_not_found(shop):
    answer = await shop.post("returns", shop.fact(purchase="01890a5d-ac96-774b-bcce-b302099a8057"))
    assert answer.status_code == 404


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.integers(1, 8))
async def test_in_a_batch_as_one_by_one_returns_stop_at_what_was_bought(shop, quantities, bought):
    purchase = shop.purchase(lines=[shop.line("A", bought, "1")])
    ref = f"web-shop:{purchase['source']['fact_id']}"
    facts = [{"type": "purchase", **purchase}]
    facts += [{"type": "return", **shop.fact(purchase=ref, lines=[shop.line("A", some, "1")])} for some in quantities]
    answer = await shop.post("batches", {"facts": facts})
    left, expected = bought, [201]
    for some in quantities:
        expected.append(201 if some <= left else 409)
        left -= some if some <= left else 0
    assert [item["status"] for item in answer.json()["items"]] == expected


async def test_lines_give_back_their_share_of_what_was_paid_and_the_last_the_rest(shop):
    dear, cheap = shop.line("A", 1, "150"), shop.line("B", 1, "60")
    await shop.buys("1", lines=[dear, cheap], total={"amount": "168", "currency": "EUR"})

    assert await given_back(shop, "web-shop:1", dear, cheap) == ["120.00", "48.00"]
    totals = (await shop.view())["totals"]
    assert (totals["returned"]["amount"], totals["net"]["amount"]) == ("168.00", "0.00")


async def test_rounding_refuses_no_return(shop):
    await shop.buys("1", lines=[shop.line("A", 2, "1.115")])
    piece = shop.line("A", 1, "1.115")

    assert await given_back(shop, "web-shop:1", piece, piece) == ["1.12", "1.11"]


@pytest.mark.parametrize(
    ("currency", "paid", "parts"), [("JPY", "3", ["1", "1", "1"]), ("KWD", "3.346", ["1.115", "1.116", "1.115"])]
)
async def test_amounts_that_are_computed_have_the_decimals_of_the_currency(shop, database, currency, paid, parts):
    database.resources = replace(database.resources, reporting_currency=currency)
    bought = await shop.buys("1", lines=[shop.line("A", 3, "1.1153")])
    piece = shop.line("A", 1, "1.1153")

    assert bought.json()["total"] == {"amount": paid, "currency": currency}
    assert await given_back(shop, "web-shop:1", piece, piece, piece) == parts
    totals = (await shop.view())["totals"]
    assert [totals[name]["amount"] for name in ("purchased", "returned")] == [paid, paid]


@pytest.mark.parametrize(("currency", "amount"), [("EUR", "1.005"), ("JPY", "1.5"), ("KWD", "1.0005")])
async def test_an_amount_finer_than_the_smallest_coin_is_refused_and_names_the_field(shop, database, currency, amount):
    database.resources = replace(database.resources, reporting_currency=currency)
    money = {"amount": amount, "currency": currency}
    answers = [
        (await shop.buys(total=money), "/total/amount"),
        (await shop.post("returns", shop.fact(total=money)), "/total/amount"),
        (await shop.post("payments", shop.fact(amount=money)), "/amount/amount"),
        (
            await shop.post("contracts", {"type": "contract-start", **shop.contract(monthly_amount=money)}),
            "/monthly_amount/amount",
        ),
    ]
    for answer, pointer in answers:
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_zeros_behind_the_smallest_coin_are_no_finer_amount(shop):
    answer = await shop.buys(total={"amount": "2.5000", "currency": "EUR"})
    assert answer.status_code == 201
