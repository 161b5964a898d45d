"""A customer who may not be profiled has no behavioural segment and no tier, and counts for no boundary."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from lealtad.ids import new_id
from lealtad.testing.driving import deliver, run_due
from lealtad.unit_of_work import Database
from segmentation.domain.rules import is_behavioural
from segmentation.domain.vocabulary import Attribute, Moment
from segmentation.service import SERVICE

from .builders import NOW, case, contract, purchase, registered, score
from .strategies import RULE
from .test_announcements import announce, keys

CUSTOMER = new_id()
OTHERS = [new_id() for _ in range(20)]
STAYING = {"open-complaint", "contract-customers"}


def refusing(sequence: int = 2, customer: UUID = CUSTOMER) -> Any:
    return registered(customer, sequence=sequence, profiling_allowed=False)


@pytest.fixture
async def ranked(database: Database) -> Database:
    """A base with boundaries; the customer is its best buyer, with a contract, a complaint and a score."""
    others = [purchase(customer, mugs=10 * (number + 1)) for number, customer in enumerate(OTHERS)]
    own = [
        registered(CUSTOMER),
        purchase(CUSTOMER, mugs=1000),
        contract(CUSTOMER, new_id(), NOW - timedelta(days=9)),
        case(CUSTOMER),
        score(CUSTOMER, "0.9", "critical"),
    ]
    await deliver(SERVICE, database, [*others, *own], now=NOW)
    await run_due(SERVICE, database, now=NOW + timedelta(hours=1))
    await run_due(SERVICE, database)
    return database


async def test_a_customer_who_refuses_profiling_leaves_behavioural_segments_and_the_tier(ranked: Database) -> None:
    [left] = [event.data for event in await deliver(SERVICE, ranked, [refusing()])]

    assert left.reason == "profiling-refused"
    assert keys(left.segments) == STAYING
    assert keys(left.left) >= {"new-customers", "active-90d", "big-basket", "at-risk", "high-value", "dissatisfied"}
    assert (left.tier, left.previous_tier, left.service_tier, left.rfm) == (None, "platinum", None, None)


async def test_the_reason_for_no_tier_is_given(ranked: Database, client: httpx.AsyncClient) -> None:
    await deliver(SERVICE, ranked, [refusing()])
    shown = (await client.get(f"/v1/customers/{CUSTOMER}/segments")).json()
    assert {item["key"] for item in shown["segments"]} == STAYING
    value = shown["value"]
    assert value["unknown_reason"] == "profiling-refused"
    assert (value["tier"], value["rfm"], value["percentile"], value["last_purchase"]) == (None, None, None, None)
    assert (Decimal(value["net_amount"]), value["purchases"]) == (Decimal(0), 0)


async def test_facts_and_time_bring_no_behavioural_segment_while_the_customer_refuses(ranked: Database) -> None:
    await deliver(SERVICE, ranked, [refusing()])
    assert await deliver(SERVICE, ranked, [purchase(CUSTOMER), score(CUSTOMER, "0.1", "low", sequence=2)]) == []
    assert not [e for e in await run_due(SERVICE, ranked, now=NOW + timedelta(days=90)) if e.key == CUSTOMER]


async def test_a_segment_that_a_rule_ends_is_left_without_that_reason(ranked: Database) -> None:
    ending = contract(OTHERS[0], new_id(), NOW - timedelta(days=9), NOW + timedelta(days=5))
    await deliver(SERVICE, ranked, [refusing(customer=OTHERS[0]), ending])
    [left] = [e.data for e in await run_due(SERVICE, ranked, now=NOW + timedelta(days=6)) if e.key == OTHERS[0]]
    assert (keys(left.left), left.reason) == ({"contract-customers"}, None)


async def test_when_profiling_is_allowed_again_everything_comes_back(ranked: Database) -> None:
    [left] = await deliver(SERVICE, ranked, [refusing()])
    [back] = await deliver(SERVICE, ranked, [registered(CUSTOMER, sequence=3)])
    assert keys(back.data.entered) == keys(left.data.left)
    assert (back.data.tier, back.data.service_tier, back.data.reason) == ("platinum", "premium", None)
    assert back.data.rfm is not None


async def test_boundaries_are_computed_from_the_others_alone(ranked: Database, client: httpx.AsyncClient) -> None:
    await deliver(SERVICE, ranked, [refusing()])
    await run_due(SERVICE, ranked, now=NOW + timedelta(days=1))
    newest = (await client.get("/v1/value-boundaries")).json()["items"][0]
    assert newest["buyers"] == len(OTHERS)
    assert max(Decimal(amount) for amount in newest["monetary"]) <= 200


async def test_a_new_behavioural_segment_is_prepared_without_the_customer(
    ranked: Database, client: httpx.AsyncClient
) -> None:
    await deliver(SERVICE, ranked, [refusing()])
    rule = {"kind": "activity", "metric": "purchases", "operator": ">=", "value": 1}
    created = (await client.post("/v1/segments", json={"key": "buyers", "name": "Buyers", "rule": rule})).json()
    assert created["preparing"]["behavioural"]
    for _ in ("prepared", "told"):
        await run_due(SERVICE, ranked)
    members = (await client.get("/v1/segments/buyers/members", params={"limit": 100})).json()["items"]
    assert {member["customer_id"] for member in members} == {str(customer) for customer in OTHERS}


def test_each_attribute_is_behaviour_or_registered_or_state_of_contracts_and_cases() -> None:
    plain = {"country", "region", "language", "stratum", "age", "active-contract", "open-complaint", "open-cases"}
    values = {"open-complaint": True, "active-contract": True, "churn-probability": "0.5"}
    for attribute in Attribute:
        texts = attribute in {"country", "region", "language", "churn-band", "tier"}
        value = values.get(attribute, "x" if texts else 1)
        rule = {"kind": "attribute", "attribute": attribute, "operator": "=", "value": value}
        assert is_behavioural(RULE.validate_python(rule)) is (attribute not in plain), attribute
    for moment in Moment:
        rule = {"kind": "since", "moment": moment, "operator": ">", "days": 1}
        assert is_behavioural(RULE.validate_python(rule)) is (moment not in {"last-case", "registration"}), moment


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whichever_comes_first_the_customer_is_in_the_same_segments_in_the_end(database: Database, data) -> None:
    customer = new_id()
    story = [
        purchase(customer, mugs=2000),
        case(customer),
        registered(customer),
        refusing(customer=customer),
        score(customer, "0.9", "critical"),
    ]
    for event in data.draw(st.permutations(story)):
        await announce(database, event)
    members = text("SELECT key FROM membership JOIN segment USING (segment_id) WHERE customer_id = :id")
    async with database.read() as uow:
        assert set((await uow.connection.execute(members, {"id": customer})).scalars()) == {"open-complaint"}
