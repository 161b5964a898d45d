"""Keys that callers choose: one writing for one key, and no personal data in what travels."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from lealtad.events.codec import encode_data
from lealtad.testing.driving import emitted

PERSONAL = ["ana@example.com", " ana @ example.com. ", "ana%40example.com", "+34600123456", "600 123 456", "54362315K"]


def with_key(shop: Any, place: str, key: str) -> tuple[str, dict[str, Any], str]:
    """Return address, body and pointer of a request with `key` at `place`."""
    source = {"system": "web-shop", "fact_id": f"F{next(shop.numbers)}"}
    if place == "fact_id":
        return "purchases", shop.purchase(source={**source, "fact_id": key}), "/source/fact_id"
    if place == "sku":
        return "purchases", shop.purchase(lines=[shop.line(key)]), "/lines/0/sku"
    if place == "customer_external_id":
        source["customer_external_id"] = key
        return "purchases", shop.purchase(customer=None, source=source), "/source/customer_external_id"
    if place == "customer":
        return "purchases", shop.purchase(customer=f"web-shop:{key}"), "/customer"
    registration = {"external_ids": [{"source": "web-shop", "external_id": key}]}
    return "customers", registration, "/external_ids/0/external_id"


PLACES = ["fact_id", "sku", "customer_external_id", "customer", "external_id"]


@pytest.mark.parametrize("place", PLACES)
async def test_personal_data_in_a_key_are_refused_where_they_stand_and_travel_nowhere(shop, database, place):
    for key in [*PERSONAL, "u\u200b1", "u1\ufeff"]:
        path, body, pointer = with_key(shop, place, key)
        answer = await shop.post(path, body)
        assert answer.status_code == 422, (key, answer.text)
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]
        assert key.strip() not in answer.text
    assert await emitted(database) == []


@pytest.mark.parametrize(
    ("field", "path"),
    [("product_line", "contracts"), ("kind", "touchpoints"), ("reason", "returns"), ("system", "purchases")],
)
async def test_personal_data_in_a_slug_are_refused(shop, database, field, path):
    money = {"amount": "5", "currency": "EUR"}
    bodies = {
        "contracts": shop.contract(),
        "touchpoints": shop.fact(kind="visit", phase="sale"),
        "returns": shop.fact(total=money),
        "purchases": shop.purchase(),
    }
    for slug in ("600-123-456", "54362315k"):
        body = bodies[path]
        target = body["source"] if field == "system" else body
        target[field] = slug
        answer = await shop.post(path, body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"].endswith(f"/{field}")
    assert await emitted(database) == []


async def test_one_customer_stays_one_however_the_key_is_written(shop, client):
    first = (await shop.buys(customer="web-shop:jos\u00e9")).json()["customer_id"]

    for written in ("jose\u0301", "jose\u0301 ", " jos\u00e9", "\u00a0jos\u00e9"):
        assert (await shop.buys(customer=f"web-shop:{written}")).json()["customer_id"] == first
        assert (await client.get(f"/v1/customers/web-shop:{written}")).json()["id"] == first
        listed = await client.get("/v1/purchases", params={"customer": f"web-shop:{written}"})
        assert {item["customer_id"] for item in listed.json()["items"]} == {first}
        registered = await shop.post("customers", {"external_ids": [{"source": "web-shop", "external_id": written}]})
        assert registered.json().get("id", first) == first


async def test_one_fact_stays_one_however_its_id_is_written(shop, client):
    body = shop.contract("K\u00f1")
    first = await shop.post("contracts", body)
    again = await shop.post("contracts", {**body, "source": {"system": "web-shop", "fact_id": " Kn\u0303 "}})

    assert (first.status_code, again.status_code) == (201, 200)
    assert (await client.get("/v1/contracts/web-shop:Kn\u0303")).json()["id"] == first.json()["id"]


async def test_digits_are_keys_unless_the_policy_guards_their_source(shop, change_policy):
    assert (await shop.buys(customer="web-shop:3001234567")).status_code == 201
    await change_policy(guarded_sources=["loyalty"], phone_regions=["CO"], document_formats=["co.nit"])

    assert (await shop.buys(customer="web-shop:3001234568")).status_code == 201
    for digits in ("3001234567", "573001234567", "00573001234567", "2131234321"):
        answer = await shop.buys(customer=f"loyalty:{digits}")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/customer"), digits
    registration = {"external_ids": [{"source": "loyalty", "external_id": "3001234567"}]}
    assert (await shop.post("customers", registration)).status_code == 422
    assert (await shop.buys(customer="loyalty:17850")).status_code == 201


@pytest.mark.parametrize("external_id", ["3001234567", "573001234567", "03001234567", "00573001234567", "52345678"])
async def test_an_external_id_is_no_contact_point_and_no_document_of_the_same_customer(shop, client, external_id):
    named = {"external_ids": [{"source": "crm", "external_id": external_id}]}
    own = {
        "country": "CO",
        "phones": ["300 123 4567"],
        "documents": [{"country": "CO", "kind": "national-id", "number": "52.345.678"}],
    }
    refused = await shop.post("customers", {**named, **own})
    assert refused.json()["errors"][0]["pointer"] == "/external_ids/0/external_id"

    customer = await shop.registers(**named)
    later = await client.patch(f"/v1/customers/{customer['id']}", json=own, headers={"If-Match": '"1"'})
    assert later.json()["errors"][0]["pointer"] == "/external_ids/0/external_id"


async def test_a_key_that_was_stored_before_the_guard_stays_readable_and_its_customer_changeable(
    shop, client, database
):
    customer = await shop.registers(external_ids=[{"source": "crm", "external_id": "old"}])
    for stored in ("ana@example.com", "u\u200b1"):
        async with database.begin() as uow:
            await uow.connection.execute(text("UPDATE customer_external_id SET external_id = :id"), {"id": stored})
        read = await client.get(f"/v1/customers/crm:{stored}")
        assert read.json()["id"] == customer["id"]
        assert (await client.get("/v1/customers")).json()["items"][0]["external_ids"][0]["external_id"] == stored
        changed = await client.patch(
            f"/v1/customers/{customer['id']}",
            json={"region": f"R{len(stored)}"},
            headers={"If-Match": read.headers["etag"]},
        )
        assert changed.status_code == 200, changed.text
        assert (await shop.buys(customer=f"crm:{stored}")).status_code == 201


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    digits=st.from_regex(r"[0-9]{7,9}", fullmatch=True),
    form=st.sampled_from(["{}@example.com", "+34 {}", "(6{}) 12", "{} @ mail . example", "tel:+57{}", "ES{}x@a.co"]),
    place=st.sampled_from(PLACES),
)
async def test_nothing_that_is_refused_stands_in_an_event(shop, database, digits, form, place):
    key = form.format(digits)
    path, body, _ = with_key(shop, place, key)
    good = await shop.buys()
    answer = await shop.post(path, body)

    assert (good.status_code, answer.status_code) == (201, 422), answer.text
    assert not [event for event in await emitted(database) if key in encode_data(event.data).decode()]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(digits=st.from_regex(r"[1-9][0-9]{3,14}", fullmatch=True))
async def test_random_digits_are_always_keys(shop, digits):
    source = {"system": "web-shop", "fact_id": digits}
    answer = await shop.buys(customer=f"web-shop:{digits}", source=source, lines=[shop.line(digits)])

    assert answer.status_code in {200, 201}, answer.text
