"""No instant that can be sent breaks a reader."""

from typing import Any

import pytest

from lealtad.testing.driving import emitted
from lealtad.testing.edges import KEPT_INSTANTS, REFUSED_INSTANTS

LISTS = ("customers", "purchases", "contracts", "touchpoints", "customers/{ref}", "customers/{ref}/consents")


def requests_with(shop: Any, instant: str) -> list[tuple[str, dict[str, Any], str]]:
    """Return address, body and the field that holds `instant` for everything that takes one."""
    consent = {"purpose": "marketing", "granted": True, "source": "web-form"}
    return [
        ("customers/web-shop:17850/consents", {**consent, "given_at": instant}, "/given_at"),
        ("customers/web-shop:17850/consents", {**consent, "expires_at": instant}, "/expires_at"),
        ("customers", {"consents": [{**consent, "expires_at": instant}]}, "/consents/0/expires_at"),
        ("purchases", shop.purchase(occurred_at=instant), "/occurred_at"),
        ("touchpoints", shop.fact(kind="visit", phase="sale", occurred_at=instant), "/occurred_at"),
        ("contracts", shop.contract(starts_at=instant), "/starts_at"),
        ("contracts", shop.contract(ends_at=instant), "/ends_at"),
        ("contracts/web-shop:K1/change", shop.fact(ends_at=instant), "/ends_at"),
        ("contracts/web-shop:K1/cancel", shop.fact(ends_at=instant), "/ends_at"),
    ]


async def everything_is_read(client: Any) -> None:
    for path in LISTS:
        answer = await client.get(f"/v1/{path.format(ref='web-shop:17850')}")
        assert answer.status_code == 200, (path, answer.text)


@pytest.fixture
async def contract(shop) -> None:
    assert (await shop.post("contracts", shop.contract("K1"))).status_code == 201


async def test_an_instant_outside_the_range_is_refused_where_it_stands(shop, client, database, contract):
    before = len(await emitted(database))
    for instant in REFUSED_INSTANTS:
        for path, body, pointer in requests_with(shop, instant):
            answer = await shop.post(path, body)
            assert answer.status_code == 422, (path, body, answer.text)
            assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert len(await emitted(database)) == before
    await everything_is_read(client)


async def test_the_ends_of_the_range_are_kept_or_refused_and_everything_can_be_read(shop, client, database, contract):
    for instant in KEPT_INSTANTS:
        for path, body, _ in requests_with(shop, instant):
            answer = await shop.post(path, body)
            assert answer.status_code in {200, 201, 409, 422}, (path, body, answer.text)
    await everything_is_read(client)
    assert await emitted(database)


@pytest.mark.parametrize("name", ["since", "until"])
async def test_a_filter_with_an_instant_outside_the_range_is_refused_by_its_name(client, contract, name):
    for instant in REFUSED_INSTANTS:
        answer = await client.get("/v1/purchases", params={name: instant})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, name)
    for instant in KEPT_INSTANTS:
        assert (await client.get("/v1/purchases", params={name: instant})).status_code == 200


async def test_a_birth_date_after_the_range_is_refused(shop):
    answer = await shop.post("customers", {"birth_date": "9999-12-31"})
    assert answer.json()["errors"][0]["pointer"] == "/birth_date"


@pytest.mark.parametrize("birth_date", [0, "0", 946_684_800, "2090-01-01", "2011-3-1"])
async def test_a_birth_date_is_a_past_day_of_the_calendar(shop, birth_date):
    answer = await shop.post("customers", {"birth_date": birth_date})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/birth_date")


async def test_a_birth_date_is_not_moved_into_the_future(shop, client):
    customer = await shop.registers(birth_date="1984-05-06")
    answer = await client.patch(
        f"/v1/customers/{customer['id']}", json={"birth_date": "2090-01-01"}, headers={"If-Match": '"1"'}
    )

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/birth_date")
