"""Facts that an earlier intake accepted stay readable, and no key carries personal data."""

from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from lealtad.ids import new_id
from lealtad.money import LARGEST_AMOUNT
from lealtad.testing.driving import deliver, run_due
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE

from .builders import NOW, contract, payment, purchase, returned

FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
RULE = {"kind": "activity", "metric": "purchases", "within_days": 30, "operator": ">=", "value": 2}


async def test_a_contract_of_placeholder_times_breaks_no_reader(database: Database, client: httpx.AsyncClient) -> None:
    customer = new_id()
    events = [purchase(customer), contract(customer, new_id(), FIRST, LAST), contract(customer, new_id(), LAST, LAST)]
    await deliver(SERVICE, database, events, now=NOW)
    await run_due(SERVICE, database)

    assert (await client.get(f"/v1/customers/{customer}/segments")).status_code == 200


async def test_sums_of_the_largest_amounts_have_room(database: Database, client: httpx.AsyncClient) -> None:
    customer, largest = new_id(), str(LARGEST_AMOUNT)
    facts = [kind(customer, mugs=largest) for kind in (purchase, purchase, purchase, returned, returned)]
    await deliver(SERVICE, database, [*facts, *(payment(customer, amount=largest) for _ in range(2))], now=NOW)
    await run_due(SERVICE, database)
    net = (await client.get(f"/v1/customers/{customer}/segments")).json()["value"]["net_amount"]
    await deliver(SERVICE, database, [purchase(customer, mugs=largest) for _ in range(2)], now=NOW)
    answer = await client.get(f"/v1/customers/{customer}/segments")

    assert (Decimal(net), Decimal(answer.json()["value"]["net_amount"])) == (LARGEST_AMOUNT, 3 * LARGEST_AMOUNT)


@pytest.mark.parametrize("key", ["600-123-456", "54362315k"])
async def test_personal_data_in_the_key_of_a_segment_are_refused(client: httpx.AsyncClient, key: str) -> None:
    answer = await client.post("/v1/segments", json={"key": key, "name": "Repeaters", "rule": RULE})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/key"]


async def test_a_policy_names_no_tier_after_a_person(client: httpx.AsyncClient) -> None:
    policy = await client.get("/v1/value-policy")
    body = {name: value for name, value in policy.json().items() if name not in ("version", "changed_at", "changed_by")}
    tier = body["tiers"][0]["tier"]
    body["tiers"][0]["tier"] = "54362315k"
    answer = await client.put("/v1/value-policy", json=body, headers={"If-Match": policy.headers["etag"]})

    assert tier != "54362315k"
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/tiers/0/tier"]
