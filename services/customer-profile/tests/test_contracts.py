"""Contracts: started, changed, cancelled, kept after all; steps are facts that may come in any order."""

import pytest

from lealtad.events.catalog.customer_profile import (
    ContractCancellationRevoked,
    ContractCancelled,
    ContractChanged,
    ContractStarted,
)
from lealtad.testing.driving import emitted

TEN, ELEVEN, NOON = (f"2011-03-01T{hour}:00:00Z" for hour in (10, 11, 12))
EUROS = {"amount": "5.00", "currency": "EUR"}


@pytest.fixture(autouse=True)
def afternoon(clock):
    clock.advance(hours=5)


async def listed(client, path, **filters):
    answer = await client.get(f"/v1/{path}", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def versions(data):
    return data.version


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


async def test_a_step_after_the_cancellation_is_kept_and_says_why_it_has_no_effect(shop, client):
    await shop.post("contracts", shop.contract("K1"))
    body = shop.fact("X1", occurred_at=TEN)
    assert (await shop.post("contracts/web-shop:K1/cancel", body)).status_code == 201
    assert (await shop.post("contracts/web-shop:K1/cancel", body)).status_code == 200
    second = await shop.post("contracts/web-shop:K1/cancel", shop.fact("X2", occurred_at=ELEVEN))
    change = await shop.post("contracts/web-shop:K1/change", shop.fact("X3", occurred_at=ELEVEN, product_line="fibre"))
    reasons = [step.json()["no_effect_reason"]["code"] for step in (second, change)]
    assert [second.status_code, change.status_code, *reasons] == [201, 201, "already-cancelled", "contract-cancelled"]
    contract = (await client.get("/v1/contracts/web-shop:K1")).json()
    assert (contract["product_line"], contract["status"]) == ("broadband", "cancelled")
    assert [(step["source"]["fact_id"], step["in_effect"]) for step in contract["steps"]] == [
        ("K1", True),
        ("X1", True),
        ("X2", False),
        ("X3", False),
    ]


async def test_steps_that_arrive_in_another_order_are_all_recorded(shop, client):
    await shop.post("contracts", shop.contract("K1"))
    later = shop.fact("X2", occurred_at=ELEVEN, product_line="fibre", monthly_amount=EUROS)
    earlier = shop.fact("X1", occurred_at=TEN, product_line="copper", ends_at="2012-01-01T00:00:00Z")
    answers = [await shop.post("contracts/web-shop:K1/change", step) for step in (later, earlier)]
    assert [answer.status_code for answer in answers] == [201, 201]
    contract = (await client.get("/v1/contracts/web-shop:K1")).json()
    assert (contract["product_line"], contract["ends_at"], contract["version"]) == ("fibre", "2012-01-01T00:00:00Z", 3)


async def test_a_change_takes_the_end_away_by_null_and_leaves_it_by_silence(shop, client):
    await shop.post("contracts", shop.contract("K1", ends_at="2012-01-01T00:00:00Z"))
    kept = await shop.post("contracts/web-shop:K1/change", shop.fact(occurred_at=TEN, product_line="fibre"))
    gone = await shop.post("contracts/web-shop:K1/change", shop.fact("X", occurred_at=ELEVEN, ends_at=None))
    assert (kept.json()["ends_at"], gone.json()["ends_at"]) == ("2012-01-01T00:00:00Z", None)
    assert gone.json()["stated"]["open_ended"]
    with_an_end = shop.fact("X", occurred_at=ELEVEN, ends_at="2013-01-01T00:00:00Z")
    assert (await shop.post("contracts/web-shop:K1/change", with_an_end)).status_code == 409


@pytest.mark.parametrize("name", ["product_line", "monthly_amount"])
async def test_a_change_cannot_take_away_what_every_contract_has(shop, name):
    await shop.post("contracts", shop.contract("K1"))
    answer = await shop.post("contracts/web-shop:K1/change", shop.fact(ends_at=None, **{name: None}))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")


async def test_a_revoked_cancellation_lets_the_contract_go_on(shop, client, database):
    await shop.post("contracts", shop.contract("K1", ends_at="2012-01-01T00:00:00Z"))
    await shop.post("contracts/web-shop:K1/cancel", shop.fact("X1", occurred_at=TEN, reason="too-dear"))
    await shop.post("contracts/web-shop:K1/change", shop.fact("X2", occurred_at=ELEVEN, monthly_amount=EUROS))
    revoked = await shop.post(
        "contracts/web-shop:K1/revoke-cancellation", shop.fact("X3", occurred_at=NOON, reason="better-price")
    )
    assert (revoked.status_code, revoked.json()["ends_at"], revoked.json()["reason"]) == (
        201,
        "2012-01-01T00:00:00Z",
        "better-price",
    )
    contract = (await client.get("/v1/contracts/web-shop:K1")).json()
    assert (contract["status"], contract["monthly_amount"]["amount"]) == ("running", "5.00")
    assert (contract["cancelled_at"], contract["cancellation_reason"]) == (None, None)
    steps = {step["source"]["fact_id"]: step for step in contract["steps"]}
    assert [steps[name]["in_effect"] for name in ("X1", "X2", "X3")] == [False, True, True]
    assert steps["X1"]["no_effect_reason"]["code"] == "cancellation-revoked"
    newest = max((event.data for event in await emitted(database) if hasattr(event.data, "version")), key=versions)
    assert isinstance(newest, ContractCancellationRevoked)
    assert (newest.version, newest.cancelled_at) == (4, None)


async def test_a_contract_that_is_cancelled_before_it_starts_never_ran(shop, client):
    await shop.post("contracts", shop.contract("K1", starts_at="2011-04-01T00:00:00Z"))
    answer = await shop.post("contracts/web-shop:K1/cancel", shop.fact(occurred_at=TEN))
    contract = (await client.get("/v1/contracts/web-shop:K1")).json()
    assert (answer.status_code, contract["status"], contract["active"]) == (201, "never-ran", False)
    assert [item["id"] for item in await listed(client, "contracts", status="never-ran")] == [contract["id"]]
    assert await listed(client, "contracts", status="running") == []


async def test_a_step_waits_for_its_start_and_takes_effect_with_it(shop, client, database):
    step = shop.fact("X1", occurred_at=TEN, product_line="fibre")
    step.pop("customer")
    waiting = await shop.post("contracts/web-shop:K1/change", step)
    assert (waiting.status_code, waiting.json()["contract_id"], waiting.json()["event_id"]) == (201, None, None)
    assert (waiting.json()["in_effect"], waiting.json()["no_effect_reason"]["code"]) == (False, "start-unknown")
    assert await emitted(database) == []
    again = await shop.post("contracts/web-shop:K1/change", step)
    assert (again.status_code, again.json()) == (200, waiting.json())
    other = await shop.post("contracts/web-shop:K1/change", {**step, "product_line": "copper"})
    assert other.status_code == 409
    [pending] = await listed(client, "contract-steps", pending=True)
    assert (pending["id"], pending["waits_for"]["fact_id"]) == (waiting.json()["id"], "K1")
    assert await listed(client, "contract-steps", contract="web-shop:K1") == [pending]

    started = await shop.post("contracts", shop.contract("K1"))
    assert await listed(client, "contract-steps", pending=True) == []
    contract = (await client.get("/v1/contracts/web-shop:K1")).json()
    assert (contract["product_line"], contract["version"]) == ("fibre", 2)
    step_now = (await client.get("/v1/contract-steps/web-shop:X1")).json()
    assert (step_now["id"], step_now["in_effect"]) == (waiting.json()["id"], True)
    assert (step_now["customer_id"], step_now["recorded_at"]) == (
        started.json()["customer_id"],
        waiting.json()["recorded_at"],
    )
    facts = {str(event.id): event for event in await emitted(database) if hasattr(event.data, "version")}
    assert facts.keys() == {started.json()["id"], waiting.json()["id"]}
    repeated = await shop.post("contracts/web-shop:K1/change", step)
    assert (repeated.status_code, repeated.json()["contract_id"]) == (200, contract["id"])


async def test_a_step_that_its_start_does_not_allow_stays_among_the_pending_ones_with_the_reason(shop, client):
    await shop.post("contracts/web-shop:K1/cancel", shop.fact("X1", customer="web-shop:2", occurred_at=TEN))
    early = shop.fact("X2", occurred_at="2011-02-01T00:00:00Z", product_line="fibre")
    assert (await shop.post("contracts/web-shop:K1/change", early)).status_code == 201
    await shop.post("contracts", shop.contract("K1"))
    steps = {step["source"]["fact_id"]: step for step in await listed(client, "contract-steps", pending=True)}
    assert [steps[name]["no_effect_reason"]["code"] for name in ("X1", "X2")] == [
        "customers-differ",
        "contract-conflict",
    ]
    assert (await client.get("/v1/contracts/web-shop:K1")).json()["version"] == 1
    # Sent now, each is refused for the same reason.
    assert (await shop.post("contracts/web-shop:K1/change", early)).json()["type"].endswith("contract-conflict")


async def test_only_so_many_steps_wait_for_one_start(shop, change_policy):
    await change_policy(pending_facts_limit=2)
    statuses = [(await shop.post("contracts/web-shop:K1/cancel", shop.fact())).status_code for _ in range(3)]
    assert statuses == [201, 201, 429]
    batch = await shop.post(
        "batches", {"facts": [{"type": "contract-cancel", **shop.fact(contract="web-shop:K2")} for _ in range(3)]}
    )
    assert [item["status"] for item in batch.json()["items"]] == [201, 201, 429]


async def test_a_contract_that_cannot_come_is_not_waited_for(shop):
    await shop.buys("P1")
    assert (await shop.post("contracts/web-shop:P1/cancel", shop.fact())).status_code == 404
    assert (await shop.post("contracts/web-shop:X1/cancel", shop.fact("X1"))).status_code == 422
    assert (await shop.post("contracts/01890a5d-ac96-774b-bcce-b302099a8057/cancel", shop.fact())).status_code == 404
    assert (await shop.post("contracts/nonsense/cancel", shop.fact())).status_code == 422


async def test_the_name_of_a_waiting_step_belongs_to_it(shop):
    await shop.post("contracts/web-shop:K1/cancel", shop.fact("X1"))
    taken = await shop.buys("X1")
    assert (taken.status_code, taken.json()["kind"]) == (409, "contract-cancel")


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
    items = answer.json()["items"]
    assert [(item["status"], item["in_effect"]) for item in items] == [(201, True)] * 3 + [(201, False)]
    (contract,) = (await shop.view(include="contracts"))["contracts"]["items"]
    assert (contract["product_line"], contract["active"]) == ("fibre", False)


async def test_a_batch_may_hold_the_steps_before_the_start(shop):
    cancel = {"type": "contract-cancel", **shop.fact("X2", contract="web-shop:K1", occurred_at=ELEVEN)}
    change = {"type": "contract-change", **shop.fact("X1", contract="web-shop:K1", product_line="fibre")}
    stranger = {"type": "contract-cancel", **shop.fact("X3", contract="web-shop:K1", customer="web-shop:2")}
    start = {"type": "contract-start", **shop.contract("K1")}
    answer = await shop.post("batches", {"facts": [cancel, change, stranger, start]})
    items = answer.json()["items"]
    assert [item["status"] for item in items] == [201] * 4
    assert [item["in_effect"] for item in items] == [True, True, False, True]
    (contract,) = (await shop.view(include="contracts"))["contracts"]["items"]
    assert (contract["product_line"], contract["status"], contract["version"]) == ("fibre", "cancelled", 3)
    assert {item["id"] for item in items} > {step["id"] for step in contract["steps"]}


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
