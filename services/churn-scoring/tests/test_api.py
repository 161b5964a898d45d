"""The HTTP API: scores explained and ranked, models, the policy."""

from decimal import Decimal
from typing import Any

import httpx

from churn_scoring.service import SERVICE
from lealtad.events.catalog.churn_scoring import ScoringPolicyChanged
from lealtad.ids import new_id
from lealtad.testing.driving import deliver, emitted, run_due
from lealtad.unit_of_work import Database

from .builders import a_customer, a_purchase, a_return, a_touchpoint, at


async def test_a_score_is_read_by_external_id_with_its_explanation(
    database: Database, client: httpx.AsyncClient
) -> None:
    customer = new_id()
    bought = [a_purchase(customer, day) for day in (-60, -39, -18)]
    for one in bought:
        await deliver(SERVICE, database, [one])
    await deliver(SERVICE, database, [a_customer(customer, external_id="17850")])

    answer = await client.get("/v1/customers/shop:17850/churn-score")

    assert answer.status_code == 200
    score = answer.json()
    assert score["customer_id"] == str(customer)
    assert score["kind"] == "inactivity"
    assert score["causes"] == [str(bought[-1].id)]
    texts = [reason["text"] for reason in score["reasons"]]
    assert "18 days since the last purchase, usual gap 21 days" in texts
    assert "Bought on 3 days within 42 days, every 21 days on average" in texts
    for moment in ("", "_now"):
        at_risk = Decimal(score["probability"]) * Decimal(score[f"expected_value{moment}"]["amount"])
        assert Decimal(score[f"value_at_risk{moment}"]["amount"]) == at_risk.quantize(Decimal("0.01"))
    assert score["next_due_at"].endswith("T00:00:00Z")


async def test_a_score_shows_the_value_at_risk_of_its_event_and_beside_it_the_exact_one_of_now(
    database: Database, client: httpx.AsyncClient
) -> None:
    customer = new_id()
    (announced,) = await deliver(SERVICE, database, [a_purchase(customer, -1, amount="50.00")])
    assert await deliver(SERVICE, database, [a_return(customer, -1, amount="1.00")]) == []

    score = (await client.get(f"/v1/customers/{customer}/churn-score")).json()

    assert score["event_id"] == str(announced.id)
    for name in ("expected_value", "value_at_risk"):
        assert score[name] == getattr(announced.data, name).model_dump(mode="json")
        assert score[f"{name}_now"] != score[name]


async def test_a_customer_without_history_has_no_score_and_the_reason(
    database: Database, client: httpx.AsyncClient
) -> None:
    customer = new_id()
    await deliver(SERVICE, database, [a_customer(customer), a_touchpoint(customer)])

    answer = await client.get(f"/v1/customers/{customer}/churn-score")

    assert answer.status_code == 200
    assert (answer.json()["probability"], answer.json()["no_score_reason"]) == (None, "no-history")


async def test_a_customer_known_by_facts_only_is_read_by_id(database: Database, client: httpx.AsyncClient) -> None:
    customer = new_id()
    await deliver(SERVICE, database, [a_purchase(customer)])

    assert (await client.get(f"/v1/customers/{customer}/churn-score")).json()["probability"] == "0.46"


async def test_an_unknown_customer_is_not_found(client: httpx.AsyncClient) -> None:
    for ref in (str(new_id()), "shop:404"):
        answer = await client.get(f"/v1/customers/{ref}/churn-score")
        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:lealtad:problem:customer-not-found"


async def everyone(client: httpx.AsyncClient, **parameters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get("/v1/churn-scores", params={**parameters, "limit": 3, **cursor})).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def test_customers_are_ranked_by_risk_and_by_value_at_risk(database: Database, client: httpx.AsyncClient) -> None:
    events = [a_purchase(new_id(), -10 * number, f"{number % 4 + 1}00.00") for number in range(10)]
    await deliver(SERVICE, database, [*events, a_customer(new_id())])

    by_risk = await everyone(client, order="risk")
    by_value = await everyone(client, order="value_at_risk")

    def risk(item: dict[str, Any]) -> tuple[Any, ...]:
        return (Decimal(item["probability"]), Decimal(item["value_at_risk"]["amount"]), item["customer_id"])

    assert len(by_risk) == len(by_value) == 10
    assert by_risk == sorted(by_risk, key=risk, reverse=True)
    assert by_value == sorted(by_value, key=lambda item: risk(item)[1:], reverse=True)
    high = [item["customer_id"] for item in by_value if item["band"] == "high"]
    assert [item["customer_id"] for item in await everyone(client, order="value_at_risk", band="high")] == high
    assert 0 < len(high) < 10


async def test_a_fact_that_announces_nothing_moves_nobody_in_the_ranking(
    database: Database, client: httpx.AsyncClient
) -> None:
    customers = [new_id() for _ in range(4)]
    await deliver(SERVICE, database, [a_purchase(customer, -1, amount="50.00") for customer in customers])
    before = await everyone(client, order="value_at_risk")
    assert await deliver(SERVICE, database, [a_return(customers[-1], -1, amount="1.00")]) == []

    after = await everyone(client, order="value_at_risk")

    assert [item["customer_id"] for item in after] == [item["customer_id"] for item in before]
    assert [item["customer_id"] for item in after] == sorted(map(str, customers), reverse=True)


async def test_a_band_that_the_policy_does_not_have_is_refused_with_those_it_has_the_nearest_first(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/v1/churn-scores", params={"band": "huge"})

    assert answer.status_code == 422
    assert [(error["pointer"], error["hint"]) for error in answer.json()["errors"]] == [
        ("band", "one of high, medium, critical, low")
    ]


async def test_a_cursor_of_the_other_order_is_refused(database: Database, client: httpx.AsyncClient) -> None:
    await deliver(SERVICE, database, [a_purchase(new_id(), -number) for number in range(3)])
    page = (await client.get("/v1/churn-scores", params={"limit": 2})).json()

    answer = await client.get("/v1/churn-scores", params={"order": "value_at_risk", "cursor": page["next_cursor"]})

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:lealtad:problem:invalid-cursor"


async def test_the_model_that_needs_no_training_is_in_force_at_first(client: httpx.AsyncClient) -> None:
    (model,) = (await client.get("/v1/models")).json()["items"]

    assert (model["name"], model["version"], model["in_force"]) == ("bg-nbd-prior", 1, True)
    assert (await client.get("/v1/models/1")).json() == model
    assert (await client.get("/v1/models/2")).status_code == 404


def policy_in(answer: httpx.Response) -> dict[str, Any]:
    stamp = ("version", "changed_at", "changed_by")
    return {name: value for name, value in answer.json().items() if name not in stamp}


async def test_a_changed_policy_is_versioned_and_applied_to_everybody_in_the_background(
    database: Database, client: httpx.AsyncClient
) -> None:
    customer = new_id()
    await deliver(SERVICE, database, [a_purchase(customer)])
    read = await client.get("/v1/scoring-policy")
    policy = policy_in(read)
    policy["bands"] = [
        {"name": "safe", "from_probability": "0"},
        {"name": "endangered", "from_probability": "0.4"},
    ]

    changed = await client.put("/v1/scoring-policy", json=policy, headers={"If-Match": read.headers["etag"]})
    (scored,) = await run_due(SERVICE, database)

    assert (changed.status_code, changed.headers["etag"], changed.json()["version"]) == (200, '"2"', 2)
    assert policy_in(await client.get("/v1/scoring-policy/versions/1")) == policy_in(read)
    (announced,) = [each.data for each in await emitted(database) if isinstance(each.data, ScoringPolicyChanged)]
    assert (announced.version, announced.bands) == (2, ["safe", "endangered"])
    assert (scored.data.band, scored.data.previous_band, scored.data.policy_version) == ("endangered", "medium", 2)
    assert await run_due(SERVICE, database) == []


async def test_a_policy_that_changes_nothing_published_announces_nothing(
    database: Database, client: httpx.AsyncClient
) -> None:
    await deliver(SERVICE, database, [a_purchase(new_id())])
    read = await client.get("/v1/scoring-policy")
    policy = policy_in(read) | {"recheck_days": 7}

    await client.put("/v1/scoring-policy", json=policy, headers={"If-Match": read.headers["etag"]})

    assert await run_due(SERVICE, database) == []


async def test_a_policy_is_changed_only_on_the_version_that_was_read(client: httpx.AsyncClient) -> None:
    policy = policy_in(await client.get("/v1/scoring-policy"))

    assert (await client.put("/v1/scoring-policy", json=policy)).status_code == 428
    assert (await client.put("/v1/scoring-policy", json=policy, headers={"If-Match": '"7"'})).status_code == 412


async def test_a_policy_that_makes_no_sense_is_refused_precisely(client: httpx.AsyncClient) -> None:
    read = await client.get("/v1/scoring-policy")
    policy = policy_in(read) | {"bands": [{"name": "low", "from_probability": "0.2"}], "horizon": 3}

    answer = await client.put("/v1/scoring-policy", json=policy, headers={"If-Match": read.headers["etag"]})

    assert answer.status_code == 422
    assert len(answer.json()["errors"]) >= 1


async def test_a_longer_horizon_lowers_the_risk_of_silence(database: Database, client: httpx.AsyncClient) -> None:
    customer = new_id()
    await deliver(SERVICE, database, [a_purchase(customer, -5)])
    read = await client.get("/v1/scoring-policy")
    before = (await client.get(f"/v1/customers/{customer}/churn-score")).json()
    policy = policy_in(read) | {"horizon_days": 365}

    await client.put("/v1/scoring-policy", json=policy, headers={"If-Match": read.headers["etag"]})
    (scored,) = await run_due(SERVICE, database, now=at(0.01))

    assert scored.data.horizon_days == 365
    assert scored.data.probability < Decimal(before["probability"])
