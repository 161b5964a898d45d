"""Whatever order, batches, repetitions and restarts the steps of contracts come in: one state, and the same reads."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_profile.service import SERVICE
from lealtad.events.catalog.customer_profile import ContractFact
from lealtad.testing.driving import client_for, emitted, restore

from .conftest import Shop

NAMES = st.sampled_from(["S1", "S2", "S10", "S3"])
DAYS = st.integers(0, 4)
ENDS = st.none() | st.integers(-2, 9)
DAY = "2011-02-{:02}T00:00:00Z"
STARTS = 10
"""The day of the start; a cancellation may end the contract before."""

changes = st.fixed_dictionaries(
    {"type": st.just("contract-change"), "product_line": st.sampled_from(["fibre", "mobile"])},
    optional={"ends_at": st.none() | st.integers(0, 9)},
)
cancellations = st.fixed_dictionaries({"type": st.just("contract-cancel"), "ends_at": st.integers(-2, 9)})
revocations = st.fixed_dictionaries({"type": st.just("contract-revoke-cancellation")})
steps = st.tuples(DAYS, changes | cancellations | revocations)
stories = st.dictionaries(NAMES, steps, max_size=4)
ORDERS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture(autouse=True)
def the_month_after(clock):
    clock.advance(days=2)


def facts_of(shop: Shop, system: str, story: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the start and the steps of one contract, as facts of one source."""
    start = {"type": "contract-start", **shop.contract("K", occurred_at=DAY.format(STARTS))}
    facts = [start, *(_step(name, day, content) for name, (day, content) in story.items())]
    return [
        {**fact, "customer": f"{system}:c", "source": {"system": system, "fact_id": fact["source"]["fact_id"]}}
        | ({} if fact is start else {"contract": f"{system}:K"})
        for fact in facts
    ]


def _step(name: str, day: int, content: Mapping[str, Any]) -> dict[str, Any]:
    ends = {"ends_at": _moment(content["ends_at"])} if "ends_at" in content else {}
    return {"source": {"fact_id": name}, "occurred_at": _moment(day), **content, **ends}


def _moment(day: int | None) -> str | None:
    return None if day is None else DAY.format(STARTS + day)


async def send(shop: Shop, facts: list[dict[str, Any]]) -> list[int]:
    """Send facts alone at their own addresses, or several as a batch; return their statuses."""
    if len(facts) > 1:
        return [item["status"] for item in (await shop.post("batches", {"facts": facts})).json()["items"]]
    [fact] = facts
    kind = fact["type"].removeprefix("contract-")
    path = "contracts" if kind == "start" else f"contracts/{fact['contract']}/{kind}"
    return [(await shop.post(path, fact)).status_code]


async def read(shop: Shop, system: str) -> dict[str, Any]:
    """Return what is read of the contract, without ids and times of recording."""
    contract = (await shop.client.get(f"/v1/contracts/{system}:K")).json()
    listed = (await shop.client.get("/v1/contract-steps", params={"contract": f"{system}:K"})).json()["items"]
    state = (
        "product_line",
        "monthly_amount",
        "starts_at",
        "ends_at",
        "changed_at",
        "cancelled_at",
        "status",
        "version",
    )
    shown = {
        step["source"]["fact_id"]: (step["type"], step["occurred_at"], step["in_effect"], step["no_effect_reason"])
        for step in contract["steps"]
    }
    assert shown == {
        step["source"]["fact_id"]: (step["type"], step["occurred_at"], step["in_effect"], step["no_effect_reason"])
        for step in listed
    }
    return {"steps": shown, **{name: contract[name] for name in state}}


@settings(max_examples=25, deadline=None, suppress_health_check=ORDERS)
@given(story=stories, data=st.data())
async def test_any_order_batches_and_repetitions_of_steps_read_the_same(shop, database, story, data):
    telling = next(shop.numbers)
    told, retold = f"told-{telling}", f"retold-{telling}"
    await send(shop, facts_of(shop, told, story))

    facts = facts_of(shop, retold, story)
    shuffled = data.draw(st.permutations([*facts, *data.draw(st.lists(st.sampled_from(facts), max_size=2))]))
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        assert set(await send(shop, shuffled[:size])) <= {200, 201}
        shuffled = shuffled[size:]

    contract = await read(shop, retold)
    assert contract == await read(shop, told)
    announced = [
        event.data
        for event in await emitted(database)
        if isinstance(event.data, ContractFact) and event.data.source.system == retold
    ]
    assert sorted(data.version for data in announced) == list(range(1, len(facts) + 1))
    newest = max(announced, key=lambda data: data.version).model_dump(mode="json")
    assert {name: newest[name] for name in ("product_line", "ends_at", "cancelled_at", "changed_at")} == {
        name: contract[name] for name in ("product_line", "ends_at", "cancelled_at", "changed_at")
    }


@settings(max_examples=5, deadline=None, suppress_health_check=ORDERS)
@given(story=stories, data=st.data())
async def test_a_restore_from_the_published_events_gives_the_same_contract(shop, database, database_for, story, data):
    system = f"lost-{next(shop.numbers)}"
    for fact in data.draw(st.permutations(facts_of(shop, system, story))):
        await send(shop, [fact])
    published = [event for event in await emitted(database) if getattr(event.data, "source", None)]
    of_contract = [event for event in published if event.data.source.system == system]
    backup = await database_for(SERVICE)
    cut = data.draw(st.integers(0, len(of_contract)))
    shuffled = data.draw(st.permutations(of_contract))

    for part in (shuffled[:cut], shuffled[cut:]):
        await restore(SERVICE, backup, part)

    async with client_for(SERVICE, backup) as client:
        assert await read(Shop(client), system) == await read(shop, system)


async def test_a_start_and_its_steps_that_come_at_the_same_time_find_each_other(shop):
    for round_ in range(5):
        system = f"race-{round_}"
        change = {"type": "contract-change", "product_line": "fibre"}
        story = {f"S{number}": (number % 5, change) for number in range(6)}
        facts = facts_of(shop, system, story)
        statuses = await asyncio.gather(*(send(shop, [fact]) for fact in (*facts[1:4], facts[0], *facts[4:])))
        assert statuses == [[201]] * 7
        contract = await read(shop, system)
        assert (contract["version"], all(step[2] for step in contract["steps"].values())) == (7, True)
