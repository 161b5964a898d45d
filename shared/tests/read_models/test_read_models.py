"""Copies of what other services announce end the same in any order, and take a batch in one statement."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from lealtad.events.catalog.customer_profile import ContractFact
from lealtad.events.envelope import Event
from lealtad.testing.driving import statements
from lealtad.testing.plugin import DatabaseFactory
from lealtad.unit_of_work import Database

from .contracts import CONTRACTS, COPIES, FACTS, a_contract, fold

ANA, EVA = UUID(int=1), UUID(int=2)
# Ana's newest state is number 4: of two states of one time, the one with the larger id.
STORY = [
    a_contract(ANA, 1, day=1),
    a_contract(ANA, 5, day=2),
    a_contract(ANA, 3, day=3),
    a_contract(ANA, 4, day=3),
    a_contract(ANA, 2, day=2, line="mobile"),
    a_contract(EVA, 6, day=1),
]


@pytest.fixture
async def database(database_for: DatabaseFactory) -> Database:
    return await database_for(COPIES)


async def rows_of(database: Database, copy: Any) -> list[Any]:
    async with database.read() as uow:
        return list(await uow.connection.execute(select(copy.table).order_by(*copy.table.primary_key.columns)))


async def forget_everything(database: Database) -> None:
    async with database.begin() as uow:
        await uow.connection.execute(text("TRUNCATE contract, contract_fact, journal"))


def cut(events: Sequence[Event[ContractFact]], cuts: set[int]) -> list[Sequence[Event[ContractFact]]]:
    return [events[begin:end] for begin, end in pairwise([0, *sorted(cuts), len(events)])]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.permutations([*STORY, *STORY[:2]]), cuts=st.sets(st.integers(1, len(STORY) + 1)))
async def test_in_any_order_and_any_batches_a_copy_ends_the_same(
    database: Database, events: list[Event[ContractFact]], cuts: set[int]
) -> None:
    await forget_everything(database)
    for batch in cut(events, cuts):
        await fold(database, batch)

    assert [(row.customer_id, row.product_line, row.event_id.int) for row in await rows_of(database, CONTRACTS)] == [
        (ANA, "fibre", 4),
        (ANA, "mobile", 2),
        (EVA, "fibre", 6),
    ]
    assert [row.event_id.int for row in await rows_of(database, FACTS)] == [1, 2, 3, 4, 5, 6]


async def test_a_row_holds_what_the_event_says_whatever_the_types_of_its_columns(database: Database) -> None:
    event = a_contract(ANA, 1)
    await fold(database, [event])

    (row,) = await rows_of(database, CONTRACTS)
    assert (row.occurred_at, row.monthly, row.ends_on.isoformat()) == (
        event.data.occurred_at,
        Decimal("1.1000"),
        "2012-03-01",
    )
    assert row.tags == ["fibre", "lealtad.activity.contract-changed.v1"]
    assert type(event.data).model_validate(row.data) == event.data


async def test_keep_returns_the_events_that_it_stored(database: Database) -> None:
    newer, older, other = a_contract(ANA, 2, day=2), a_contract(ANA, 1, day=1), a_contract(EVA, 3)
    async with database.begin() as uow:
        assert await CONTRACTS.keep(uow.connection, [older, newer]) == [newer]
        assert await CONTRACTS.keep(uow.connection, [newer, older, other]) == [other]


async def test_a_state_that_triggers_nothing_is_stored_and_says_so(database: Database) -> None:
    event = a_contract(ANA, 1, ends_at=None)

    assert await fold(database, [event]) == {event.id: "ignored"}
    assert len(await rows_of(database, CONTRACTS)) == 1
    assert await fold(database, [newer := a_contract(ANA, 2, day=2)]) == {newer.id: "applied"}


@pytest.mark.parametrize(("events", "number"), [([], 0), (STORY[:1], 2), (STORY, 2)])
async def test_a_batch_costs_one_statement_a_copy(
    database: Database, events: Sequence[Event[ContractFact]], number: int
) -> None:
    async with database.begin() as uow:
        with statements(database) as seen:
            await CONTRACTS.fold(uow, events)
            await FACTS.fold(uow, events)
        assert len(seen) == number
