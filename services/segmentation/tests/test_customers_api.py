"""The API of a customer's segments and of a segment's members."""

from datetime import timedelta
from typing import Any

import httpx

from lealtad.events.catalog.customer_profile import CustomerStatus, ExternalId
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, run_due
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE

from .builders import NOW, purchase, registered


async def test_a_customer_is_shown_with_segments_since_cause_and_as_of(
    client: httpx.AsyncClient, database: Database
) -> None:
    customer = new_id()
    bought = purchase(customer)
    ids = [ExternalId(source="shop", external_id="17850")]
    [event] = await deliver(SERVICE, database, [registered(customer, external_ids=ids), bought], now=NOW)

    answer = await client.get("/v1/customers/shop:17850/segments")

    shown = answer.json()
    assert shown["customer_id"] == str(customer)
    assert shown["as_of"] == "2011-03-01T09:00:00Z"
    assert shown["next_evaluation_at"] == "2011-04-01T00:00:00Z"
    assert [item["key"] for item in shown["segments"]] == ["active-90d", "new-customers"]
    assert {item["event_id"] for item in shown["segments"]} == {str(event.id)}
    assert {item["since"] for item in shown["segments"]} == {"2011-03-01T09:00:00Z"}
    assert shown["value"]["unknown_reason"] == "no-boundaries-yet"
    assert shown["value"]["net_amount"] == "10.00"


async def test_value_is_explained_by_boundaries_and_percentile(client: httpx.AsyncClient, database: Database) -> None:
    customers = [new_id() for _ in range(20)]
    facts = [purchase(customer, mugs=100 * (number + 1)) for number, customer in enumerate(customers)]
    await deliver(SERVICE, database, facts, now=NOW)
    await run_due(SERVICE, database, now=NOW + timedelta(hours=1))
    await run_due(SERVICE, database)

    value = (await client.get(f"/v1/customers/{customers[9]}/segments")).json()["value"]
    [limits] = (await client.get("/v1/value-boundaries")).json()["items"]

    assert value["percentile"] == 50
    assert value["rfm"] == {"recency": 5, "frequency": 1, "monetary": 3}
    assert value["boundaries_version"] == limits["version"] == 1
    assert limits["monetary"] == ["400.00", "800.00", "1200.00", "1600.00"]
    assert [tier["tier"] for tier in limits["tiers"]] == ["platinum", "gold", "silver", "bronze"]


async def test_a_purchase_before_the_window_has_a_reason_of_its_own(
    client: httpx.AsyncClient, database: Database
) -> None:
    customers = [new_id() for _ in range(20)]
    await deliver(SERVICE, database, [purchase(customer) for customer in customers], now=NOW)
    await run_due(SERVICE, database, now=NOW + timedelta(hours=1))
    await run_due(SERVICE, database)
    await run_due(SERVICE, database, now=NOW + timedelta(days=400))

    value = (await client.get(f"/v1/customers/{customers[0]}/segments")).json()["value"]

    assert (value["tier"], value["unknown_reason"]) == (None, "no-purchase-in-window")


async def test_an_unknown_customer_is_not_found(client: httpx.AsyncClient) -> None:
    for ref in (str(new_id()), "shop:1"):
        answer = await client.get(f"/v1/customers/{ref}/segments")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:lealtad:problem:customer-not-found")


async def test_an_external_id_that_moved_names_its_new_owner_in_any_order(
    client: httpx.AsyncClient, database: Database
) -> None:
    ids = [ExternalId(source="shop", external_id="1")]
    old, new = new_id(), new_id()
    states = [
        registered(new, external_ids=ids),
        registered(old, external_ids=ids),
        registered(old, sequence=2, external_ids=[], status=CustomerStatus.MERGED, merged_into=new),
    ]
    for state in states:
        await deliver(SERVICE, database, [state], now=NOW)

    assert (await client.get("/v1/customers/shop:1/segments")).json()["customer_id"] == str(new)


async def test_members_are_paged_in_ascending_id(client: httpx.AsyncClient, database: Database) -> None:
    customers = sorted(new_id() for _ in range(7))
    await deliver(SERVICE, database, [purchase(customer) for customer in customers], now=NOW)

    found: list[str] = []
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        page = (await client.get("/v1/segments/active-90d/members", params={"limit": 3, **cursor})).json()
        found += [item["customer_id"] for item in page["items"]]

    assert found == [str(customer) for customer in customers]


async def test_another_value_policy_needs_the_version_it_replaces(
    client: httpx.AsyncClient, database: Database
) -> None:
    known = await client.get("/v1/value-policy")
    policy = {name: known.json()[name] for name in ("window_days", "min_customers", "hour", "tiers")}

    missing = await client.put("/v1/value-policy", json=policy)
    wrong = await client.put(
        "/v1/value-policy", json={**policy, "tiers": policy["tiers"][:2]}, headers={"If-Match": '"1"'}
    )
    replaced = await client.put(
        "/v1/value-policy", json={**policy, "window_days": 90}, headers={"If-Match": known.headers["etag"]}
    )

    assert (missing.status_code, wrong.status_code, replaced.status_code) == (428, 422, 200)
    assert "every buyer has a tier" in wrong.json()["errors"][0]["message"]
    assert (replaced.json()["version"], replaced.json()["window_days"]) == (2, 90)
