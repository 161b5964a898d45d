"""End states do not depend on the order, the batching or the repetition of events."""

import asyncio
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from churn_scoring.service import SERVICE
from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.testing.builders import loaded
from lealtad.testing.driving import deliver, emitted, end_backfill
from lealtad.unit_of_work import Database

from .builders import (
    a_cancellation,
    a_case,
    a_contract,
    a_correction,
    a_customer,
    a_failed_payment,
    a_payment,
    a_purchase,
    a_response,
    a_return,
    a_touchpoint,
    a_version,
)

CUSTOMERS = [UUID(int=number) for number in range(1, 4)]
SHARE_LOADED = 0.3
"""The share of events that come by the backfill lane."""
State = dict[str, list[dict[str, Any]]]
"""The rows of every table, by its name."""
CONTRACT, CASE = UUID(int=50), UUID(int=60)
KEPT, NEVER_RAN = UUID(int=51), UUID(int=52)
STATE = {
    "history": text("SELECT * FROM history ORDER BY customer_id"),
    "contract_fact": text("SELECT * FROM contract_fact ORDER BY fact_id"),
    "service_case": text("SELECT * FROM service_case ORDER BY case_id"),
    "customer": text("SELECT * FROM customer ORDER BY customer_id"),
    "score": text("""
        SELECT customer_id, risk, probability, no_score, band, kind, expected_value, value_at_risk, announced_value,
            announced_at_risk, next_due_at
        FROM score ORDER BY customer_id
    """),
}
EMPTY = text(
    "TRUNCATE fact, history, contract_fact, service_case, customer, customer_external_id, score, journal, outbox, "
    "pending_reaction"
)


def story() -> list[Event[Any]]:
    """Return events of three customers, on every consumed topic."""
    one, two, three = CUSTOMERS
    return [
        *(a_customer(customer, external_id=str(customer.int)) for customer in CUSTOMERS),
        *(a_purchase(one, day, f"{20 - day:.2f}") for day in (-80, -55, -30, -29.9, -2)),
        back := a_return(one, -28, "3.33"),
        a_correction(back, "2.22"),
        a_touchpoint(one, -3, "negative"),
        a_response(one, -1),
        *(a_purchase(two, day) for day in (-60, -1)),
        a_case(two, -1, case=CASE),
        a_case(two, -1, case=CASE, version=2, status="acknowledged"),
        a_case(two, -1, case=CASE, version=3, status="resolved", resolved=-0.5),
        a_payment(two, -20),
        a_failed_payment(two, -10),
        a_response(two, -5, accepted=False),
        a_contract(three, -90, CONTRACT),
        a_cancellation(three, -9, CONTRACT, ends=-1),
        # From before versions, cancelled, a late step, then revoked: the last version says that the contract runs.
        a_contract(one, -70, KEPT),
        a_version(one, -20, KEPT, 2, ends=-15),
        a_version(one, -60, KEPT, 3, ends=-15),
        a_version(one, -10, KEPT, 4),
        a_version(two, -9, NEVER_RAN, 2, starts=20, ends=10),
        a_version(two, -30, NEVER_RAN, 1, starts=20),
    ]


async def state_of(database: Database) -> State:
    async with database.read() as uow:
        found: State = {}
        for name, query in STATE.items():
            found[name] = [dict(row) for row in await uow.connection.execute(query)]
        return found


async def state_after(database: Database, events: Sequence[Event[Any]], sizes: Sequence[int]) -> State:
    """Deliver `events` in batches of the given sizes to an emptied database; return its state."""
    async with database.engine.begin() as connection:
        await connection.execute(EMPTY)
    rest = list(events)
    for size in [*sizes, len(rest)]:
        batch, rest = rest[:size], rest[size:]
        if batch:
            await deliver(SERVICE, database, batch)
    await end_backfill(SERVICE, database)
    return await state_of(database)


@pytest.fixture
async def expected(database: Database) -> tuple[list[Event[Any]], State]:
    events = story()
    return events, await state_after(database, events, [])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shuffler=st.randoms(), sizes=st.lists(st.integers(1, 6), max_size=20), again=st.integers(0, 20))
async def test_any_order_of_topics_and_lanes_and_any_batching_lead_to_the_same_state(
    database: Database, expected: tuple[list[Event[Any]], State], shuffler: random.Random, sizes: list[int], again: int
) -> None:
    events, in_order = expected
    shuffled = [loaded(event) if shuffler.random() < SHARE_LOADED else event for event in events]
    shuffler.shuffle(shuffled)

    assert await state_after(database, [*shuffled, *shuffled[:again]], sizes) == in_order


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.lists(st.tuples(st.integers(-90, -1), st.none() | st.integers(-80, 40)), min_size=1, max_size=5))
async def test_the_largest_version_of_a_contract_decides_in_any_order(
    database: Database, versions: list[tuple[int, int | None]]
) -> None:
    """The versions tell the state; the times of the steps that announced them do not."""
    customer, contract = CUSTOMERS[0], new_id()
    told = [a_version(customer, day, contract, 1 + place, ends=ends) for place, (day, ends) in enumerate(versions)]
    alone = await state_after(database, told[-1:], [])

    backwards = await state_after(database, [*reversed(told), *told], [1] * len(told))

    assert backwards["score"] == alone["score"]


async def test_a_contract_that_never_ran_is_neither_held_nor_left(database: Database) -> None:
    never = a_version(CUSTOMERS[0], -9, NEVER_RAN, 1, starts=-2, ends=-5)
    future = a_version(CUSTOMERS[1], -9, new_id(), 1, starts=20, ends=10)

    scores = (await state_after(database, [never, future], []))["score"]

    assert {score["no_score"] for score in scores} == {"no-history"}


async def test_facts_handled_at_the_same_moment_are_all_counted_and_announced_in_one_line(database: Database) -> None:
    customer = new_id()
    events = [a_purchase(customer, -day) for day in range(1, 21)]
    cases = [a_case(customer, -1, case=new_id()) for _ in range(3)]

    await asyncio.gather(*(deliver(SERVICE, database, [event]) for event in [*events, *cases]))

    state = await state_of(database)
    assert [(row["purchases"], row["complaints"]) for row in state["history"]] == [(20, 3)]
    announced = [event for event in await emitted(database) if event.key == customer]
    assert [event.sequence for event in announced] == list(range(1, len(announced) + 1))
    published = [(event.data.probability, event.data.expected_value.amount) for event in announced]
    assert published[-1] == (state["score"][0]["probability"], state["score"][0]["announced_value"])
    assert all(earlier != later for earlier, later in pairwise(published))
    named = [cause for event in announced for cause in event.data.causes.ids]
    assert len(named) == len(set(named))


async def test_a_fact_that_comes_late_is_folded_in_its_place(database: Database) -> None:
    customer = CUSTOMERS[0]
    events = [a_purchase(customer, day) for day in (-40, -30, -20, -10)]
    in_order = await state_after(database, events, [1, 1, 1])

    assert await state_after(database, [*events[:1], *events[2:], events[1]], [1, 1, 1]) == in_order


async def test_a_return_that_is_corrected_scores_as_one_that_was_right_at_once(database: Database) -> None:
    first, second = CUSTOMERS[:2]
    bought = [a_purchase(customer, day) for customer in (first, second) for day in (-50, -20, -5)]
    wrong = a_return(first, -4, "30.00")
    await deliver(SERVICE, database, [*bought, wrong, a_return(second, -4, "12.50")])

    await deliver(SERVICE, database, [a_correction(wrong, "12.50")])

    async with database.read() as uow:
        rows = [
            {name: value for name, value in row.items() if name not in {"customer_id", "last_fact"}}
            for row in await uow.connection.execute(STATE["history"])
        ]
        scores = [tuple(row)[1:] for row in await uow.connection.execute(STATE["score"])]
    assert rows[0] == rows[1]
    assert scores[0] == scores[1]
