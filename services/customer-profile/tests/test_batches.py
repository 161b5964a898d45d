"""A thousand facts in one request: each with its own answer, none held up by another."""

from collections import Counter

import pytest
from sqlalchemy import text

from customer_profile.batches.commands import record_fact_batch
from customer_profile.facts.commands import record_facts
from lealtad.events.catalog.customer_profile import PurchaseRecorded
from lealtad.events.cause import Lane
from lealtad.testing.driving import emitted, statements


def purchase(shop, fact_id=None, **content):
    return {"type": "purchase", **shop.purchase(fact_id, **content)}


async def test_a_thousand_facts_with_bad_ones_among_them(shop, database):
    facts = [purchase(shop, customer=f"web-shop:{number % 100}") for number in range(1000)]
    facts[3] = {"type": "purchase", "customer": "web-shop:3"}
    facts[500] = purchase(shop, occurred_at="2999-01-01T00:00:00Z")
    facts[501] = purchase(shop, customer="01890a5d-ac96-774b-bcce-b302099a8057")
    facts[502] = {"type": "gift"}
    facts[503] = "no fact"
    facts[504] = {"customer": "web-shop:4"}
    facts[999] = facts[0]

    answer = await shop.post("batches", {"facts": facts})

    assert answer.status_code == 200
    body = answer.json()
    assert (body["recorded"], body["repeated"], body["refused"]) == (993, 1, 6)
    problems = {place: item for place, item in enumerate(body["items"]) if item["status"] not in (200, 201)}
    assert {place: item["status"] for place, item in problems.items()} == {
        3: 422,
        500: 422,
        501: 404,
        502: 422,
        503: 422,
        504: 422,
    }
    assert {error["pointer"] for error in problems[3]["problem"]["errors"]} == {"/source", "/occurred_at", "/lines"}
    for place in (502, 504):
        [error] = problems[place]["problem"]["errors"]
        assert (error["pointer"], "purchase" in error["hint"], "Kind" in error["hint"]) == ("/type", True, False)
    assert body["items"][999] == {**body["items"][0], "status": 200}
    purchases = [event for event in await emitted(database) if isinstance(event.data, PurchaseRecorded)]
    assert len(purchases) == 993
    by_customer = Counter(event.key for event in purchases)
    assert len(by_customer) == 100
    for customer in by_customer:
        assert [event.sequence for event in purchases if event.key == customer] == list(
            range(1, by_customer[customer] + 1)
        )


async def test_facts_are_counted_by_kind_and_outcome(shop, client):
    async def counted(outcome: str) -> float:
        lines = (await client.get("/metrics")).text.splitlines()
        name = f'lealtad_facts_total{{kind="purchase",outcome="{outcome}"}}'
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    before = [await counted(outcome) for outcome in ("recorded", "repeated", "refused")]
    await shop.buys("P1")
    await shop.buys("P1")
    await shop.buys("P2", occurred_at="1999-01-01T00:00:00Z")
    await shop.post("batches", {"facts": [purchase(shop, "P1"), purchase(shop, "P3"), purchase(shop, "P3")]})
    after = [await counted(outcome) for outcome in ("recorded", "repeated", "refused")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [2, 3, 1]


async def test_a_batch_sent_again_changes_nothing(shop, database):
    facts = [purchase(shop) for _ in range(5)]
    first = await shop.post("batches", {"facts": facts})
    events = len(await emitted(database))
    again = await shop.post("batches", {"facts": facts})
    assert again.json()["repeated"] == 5
    assert [item["id"] for item in first.json()["items"]] == [item["id"] for item in again.json()["items"]]
    assert len(await emitted(database)) == events


async def test_facts_of_all_kinds_are_counted(shop):
    euros = {"amount": "5", "currency": "EUR"}
    facts = [
        purchase(shop, "P1"),
        {"type": "return", **shop.fact(purchase="web-shop:P1", lines=[shop.line(quantity=1)])},
        {"type": "payment", **shop.fact(amount=euros, method="card", purchase="web-shop:P1")},
        {"type": "payment", **shop.fact(amount=euros, status="failed", reason="no-funds")},
        {
            "type": "touchpoint",
            **shop.fact(kind="call", phase="post-sale", sentiment="negative", channel="call-centre"),
        },
        {"type": "contract-start", **shop.contract()},
    ]
    assert (await shop.post("batches", {"facts": facts})).json()["recorded"] == 6
    totals = (await shop.view(include="totals"))["totals"]
    counted = ("purchases", "returns", "payments", "failed_payments", "touchpoints")
    assert [totals[name] for name in counted] == [1, 1, 1, 1, 1]
    assert totals["net"]["amount"] == "1.25"


@pytest.mark.parametrize("mode", ["live", "backfill"])
async def test_a_group_of_a_batch_costs_as_many_statements_as_one_purchase(shop, database, mode):
    group = database.resources.batch_transaction_facts

    async def cost(size: int) -> int:
        facts = [purchase(shop, customer=f"web-shop:{number % group}") for number in range(size)]
        with statements(database) as seen:
            assert (await shop.post("batches", {"mode": mode, "facts": facts})).json()["recorded"] == size
        return len(seen)

    await cost(group)  # makes the customers
    assert await cost(1) == await cost(group) == 6
    assert await cost(2 * group) == 12


async def test_one_fact_that_breaks_its_transaction_does_not_take_the_others_with_it(shop, monkeypatch):
    decide = record_facts.record_facts

    async def breaks(uow, facts, lane):
        if any(fact.source.fact_id == "bad" for fact in facts):
            raise RuntimeError("as no rule foresaw")
        return await decide(uow, facts, lane)

    monkeypatch.setattr(record_fact_batch, "record_facts", breaks)
    facts = [purchase(shop) for _ in range(20)]
    facts[7] = purchase(shop, "bad")
    items = (await shop.post("batches", {"facts": facts})).json()["items"]
    assert [place for place, item in enumerate(items) if item["status"] != 201] == [7]
    assert items[7]["status"] == 500
    assert "foresaw" not in str(items[7])


async def test_history_goes_on_a_topic_of_its_own_and_new_customers_on_that_of_all(shop, database):
    facts = [purchase(shop, customer=f"web-shop:{number % 2}") for number in range(4)]
    assert (await shop.post("batches", {"mode": "backfill", "facts": facts})).json()["recorded"] == 4
    events = await emitted(database)

    assert {event.lane for event in events} == {Lane.BACKFILL}
    assert Counter(event.topic for event in events) == {"activity-backfill": 4, "customers": 2}


async def test_both_lanes_of_a_customer_count_their_own_events(shop, database):
    facts = [purchase(shop) for _ in range(3)]
    await shop.post("batches", {"mode": "backfill", "facts": facts})
    await shop.buys()
    sequences = [
        (event.topic, event.sequence) for event in await emitted(database) if isinstance(event.data, PurchaseRecorded)
    ]

    assert sequences == [*(("activity-backfill", number) for number in (1, 2, 3)), ("activity", 1)]
    async with database.read() as uow:
        stored = await uow.connection.execute(text("SELECT lane, sequence FROM fact ORDER BY id"))
    assert stored == [("backfill", 1), ("backfill", 2), ("backfill", 3), ("live", 1)]


async def test_a_fact_is_the_same_in_whichever_lane_it_is_sent_again(shop, database):
    facts = [purchase(shop)]
    [loaded] = (await shop.post("batches", {"mode": "backfill", "facts": facts})).json()["items"]
    events = len(await emitted(database))
    [again] = (await shop.post("batches", {"facts": facts})).json()["items"]

    assert again == {**loaded, "status": 200}
    assert len(await emitted(database)) == events


async def test_history_may_be_older_than_what_happens_now(shop, change_policy):
    facts = [purchase(shop, occurred_at="1987-06-05T04:03:02Z")]
    [refused] = (await shop.post("batches", {"facts": facts})).json()["items"]
    assert (refused["status"], refused["problem"]["errors"][0]["pointer"]) == (422, "/occurred_at")
    [loaded] = (await shop.post("batches", {"mode": "backfill", "facts": facts})).json()["items"]
    assert loaded["status"] == 201
    assert (await shop.view(include="totals"))["totals"]["first_purchase_at"] == "1987-06-05T04:03:02Z"

    await change_policy(backfill_oldest_age_days=20)
    older = [purchase(shop, occurred_at="2011-02-01T00:00:00Z")]
    [refused] = (await shop.post("batches", {"mode": "backfill", "facts": older})).json()["items"]
    assert refused["status"] == 422


async def test_history_of_a_contract_that_went_on_counts_where_nothing_later_does(shop, client):
    await shop.post("contracts", shop.contract("K1", occurred_at="2010-01-01T00:00:00Z"))
    await shop.post("contracts/web-shop:K1/change", {**shop.fact(), "product_line": "fibre"})
    earlier = shop.fact(contract="web-shop:K1", occurred_at="2010-06-01T00:00:00Z", product_line="copper")
    earlier["ends_at"] = "2012-01-01T00:00:00Z"
    [item] = (
        await shop.post("batches", {"mode": "backfill", "facts": [{"type": "contract-change", **earlier}]})
    ).json()["items"]

    assert (item["status"], item["in_effect"]) == (201, True)
    contract = (await client.get("/v1/contracts/web-shop:K1")).json()
    assert (contract["product_line"], contract["ends_at"]) == ("fibre", "2012-01-01T00:00:00Z")


@pytest.mark.parametrize("facts", [[], [{}] * 1001])
async def test_a_batch_has_one_to_a_thousand_facts(shop, facts):
    assert (await shop.post("batches", {"facts": facts})).status_code == 422


async def test_a_batch_of_nothing_but_mistakes_has_a_short_answer(shop):
    wrong = {"type": "purchase", **{f"unknown-{number}": 1 for number in range(60)}}

    answer = await shop.post("batches", {"facts": [wrong] * 1000})

    problem = answer.json()["items"][999]["problem"]
    assert (answer.status_code, answer.json()["refused"]) == (200, 1000)
    assert (len(problem["errors"]), problem["more_errors"]) == (10, 53)
    assert len(answer.content) < 2 << 20


@pytest.mark.parametrize("path", ["batches", "customer-batches"])
async def test_a_batch_that_is_no_json_is_told_where_it_breaks(shop, path):
    body = b'{"facts": [], "customers": [{"a": 1}, {"a": 1},, {"a": 1}]}'

    answer = await shop.client.post(f"/v1/{path}", content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:lealtad:problem:malformed-json")
    assert "character 47" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["batches", "customer-batches"])
@pytest.mark.parametrize("body", ["[]", "7", '{"facts": 7, "customers": 7}', "{}", '{"facts": [], "customers": []}'])
async def test_a_batch_that_is_none_is_refused(shop, path, body):
    answer = await shop.client.post(f"/v1/{path}", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 422


@pytest.mark.parametrize(("path", "name"), [("batches", "facts"), ("customer-batches", "customers")])
async def test_more_than_a_thousand_items_are_refused(shop, path, name):
    answer = await shop.post(path, {name: [{}] * 1001})

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["hint"]) == (422, f"/{name}", "at most 1000 long")
