"""Contracts: started, changed, cancelled once; each step is a fact with the contract as it stands."""

from lealtad.events.catalog.customer_profile import (
    ContractCancelled,
    ContractChanged,
    ContractStarted,
)
from lealtad.testing.driving import emitted


async def test_a_contract_starts_changes_and_is_cancelled(shop, client, database, clock):
    started = await shop.post("contracts", shop.contract("K1"))
    contract = started.json()["contract_id"]
    assert contract == started.json()["id"]
    cheaper = shop.fact(monthly_amount={"amount": "19.90", "currency": "EUR"})
    cheaper.pop("customer")
    changed = await shop.post(f"contracts/{contract}/change", cheaper)
    assert (changed.json()["monthly_amount"]["amount"], changed.json()["product_line"]) == ("19.90", "broadband")
    ends_at = "2011-03-31T00:00:00Z"
    cancelled = await shop.post("contracts/web-shop:K1/cancel", shop.fact(ends_at=ends_at, reason="moved"))
    assert (cancelled.status_code, cancelled.json()["ends_at"]) == (201, ends_at)

    assert (await client.get(f"/v1/contracts/{contract}")).json()["active"]
    clock.advance(days=31)
    assert not (await client.get("/v1/contracts/web-shop:K1")).json()["active"]
    events = [
        event for event in await emitted(database) if event.topic == "lealtad.activity" or "activity" in event.topic
    ]
    assert [type(event.data) for event in events] == [ContractStarted, ContractChanged, ContractCancelled]
    assert [event.sequence for event in events] == [1, 2, 3]
    assert events[-1].data.reason == "moved"


async def test_a_contract_shows_why_it_was_cancelled(shop, client):
    await shop.post("contracts", shop.contract("K1"))
    assert (await client.get("/v1/contracts/web-shop:K1")).json()["cancellation_reason"] is None
    await shop.post("contracts/web-shop:K1/cancel", shop.fact(reason="moved-away"))

    [listed] = (await client.get("/v1/contracts")).json()["items"]
    assert listed["cancellation_reason"] == "moved-away"
    assert (await client.get("/v1/contracts/web-shop:K1")).json() == listed


async def test_a_cancelled_contract_takes_nothing_more(shop):
    await shop.post("contracts", shop.contract("K1"))
    body = shop.fact("X1")
    assert (await shop.post("contracts/web-shop:K1/cancel", body)).status_code == 201
    assert (await shop.post("contracts/web-shop:K1/cancel", body)).status_code == 200
    second = await shop.post("contracts/web-shop:K1/cancel", shop.fact())
    assert (second.status_code, second.json()["type"].rpartition(":")[2]) == (409, "contract-conflict")
    assert "was cancelled" in second.json()["detail"]


async def test_an_unknown_contract_is_not_found(shop):
    assert (await shop.post("contracts/web-shop:nope/cancel", shop.fact())).status_code == 404
    assert (await shop.post("contracts/01890a5d-ac96-774b-bcce-b302099a8057/cancel", shop.fact())).status_code == 404
    assert (await shop.post("contracts/nonsense/cancel", shop.fact())).status_code == 422


async def test_the_body_names_no_other_contract_than_the_address(shop):
    await shop.post("contracts", shop.contract("K1"))
    other = await shop.post("contracts/web-shop:K1/cancel", shop.fact(contract="web-shop:K2"))
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/contract")
    assert (await shop.post("contracts/web-shop:K1/cancel", shop.fact(contract="web-shop:K1"))).status_code == 201


async def test_a_change_must_change_something_and_belong_to_the_customer(shop):
    await shop.post("contracts", shop.contract("K1"))
    assert (await shop.post("contracts/web-shop:K1/change", shop.fact())).status_code == 422
    stranger = await shop.post("contracts/web-shop:K1/cancel", shop.fact(customer="web-shop:2"))
    assert stranger.json()["type"].endswith("customers-differ")


async def test_a_contract_lives_its_whole_life_in_one_batch(shop):
    start = {"type": "contract-start", **shop.contract("K1")}
    change = {"type": "contract-change", **shop.fact(contract="web-shop:K1", product_line="fibre")}
    cancel = {"type": "contract-cancel", **shop.fact(contract="web-shop:K1")}
    late = {"type": "contract-change", **shop.fact(contract="web-shop:K1", product_line="mobile")}
    answer = await shop.post("batches", {"facts": [start, change, cancel, late]})
    assert [item["status"] for item in answer.json()["items"]] == [201, 201, 201, 409]
    (contract,) = (await shop.view(include="contracts"))["contracts"]["items"]
    assert (contract["product_line"], contract["active"]) == ("fibre", False)


async def test_contracts_are_listed_by_customer_and_by_whether_they_run(shop, client):
    for customer, name in (("web-shop:1", "K1"), ("web-shop:1", "K2"), ("web-shop:2", "K3")):
        await shop.post("contracts", shop.contract(name, customer=customer))
    await shop.post("contracts/web-shop:K1/cancel", shop.fact(customer="web-shop:1"))

    async def listed(**filters):
        page = (await client.get("/v1/contracts", params=filters)).json()
        return [item["source"]["fact_id"] for item in page["items"]]

    assert await listed() == ["K3", "K2", "K1"]
    assert await listed(customer="web-shop:1") == ["K2", "K1"]
    assert await listed(customer="web-shop:1", active=True) == ["K2"]
    assert await listed(active=False) == ["K1"]
