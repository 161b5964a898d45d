"""Each service keeps its own copy of who customers are, and finds them by any of their names."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from lealtad.customers import find, resolve
from lealtad.events.catalog.customer_profile import CustomerState, CustomerStatus
from lealtad.events.envelope import Event
from lealtad.http import CustomerRef, Problem
from lealtad.ids import new_id
from lealtad.testing.plugin import DatabaseFactory
from lealtad.unit_of_work import Database

from .registry import CUSTOMERS, REGISTRY, a_state, hear

ANA, EVA = UUID(int=1), UUID(int=2)
# The id `1` moves from Ana to Eva when Ana is merged into her; Eva's language changes later.
STORY = [
    a_state(ANA, 1, "1"),
    a_state(ANA, 2, status=CustomerStatus.MERGED, merged_into=EVA),
    a_state(EVA, 1, "2"),
    a_state(EVA, 2, "1", "2"),
    a_state(EVA, 3, "1", "2", language="en"),
]


@pytest.fixture
async def database(database_for: DatabaseFactory) -> Database:
    return await database_for(REGISTRY)


async def copy_of(database: Database) -> list[list[Any]]:
    async with database.read() as uow:
        tables = (CUSTOMERS.customer, CUSTOMERS.external_id)
        return [
            list(await uow.connection.execute(select(table).order_by(*table.primary_key.columns))) for table in tables
        ]


async def who_is(database: Database, reference: str) -> UUID | None:
    async with database.read() as uow:
        return await find(uow.connection, CustomerRef.parse(reference))


async def forget_everything(database: Database) -> None:
    async with database.begin() as uow:
        await uow.connection.execute(text("TRUNCATE customer, customer_external_id, journal"))


def cut(events: Sequence[Event[CustomerState]], cuts: set[int]) -> list[Sequence[Event[CustomerState]]]:
    return [events[begin:end] for begin, end in pairwise([0, *sorted(cuts), len(events)])]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.permutations(STORY), cuts=st.sets(st.integers(1, len(STORY) - 1)))
async def test_in_any_order_and_any_batches_the_copy_ends_the_same(
    database: Database, events: list[Event[CustomerState]], cuts: set[int]
) -> None:
    await forget_everything(database)
    for batch in cut(events, cuts):
        await hear(database, batch)

    customers, external_ids = await copy_of(database)
    assert [(row.customer_id, row.sequence, row.merged_into, row.language) for row in customers] == [
        (ANA, 2, EVA, "es"),
        (EVA, 3, None, "en"),
    ]
    assert [(row.external_id, row.customer_id) for row in external_ids] == [("1", EVA), ("2", EVA)]


async def test_an_older_state_has_no_effect_and_says_so(database: Database) -> None:
    newer, older = a_state(ANA, 2, "1"), a_state(ANA, 1, "9")

    assert await hear(database, [newer]) == {newer.id: "applied"}
    assert await hear(database, [older]) == {older.id: "ignored"}
    assert await who_is(database, "shop:9") is None


async def test_a_customer_is_found_by_id_and_by_every_external_id(database: Database) -> None:
    await hear(database, [a_state(ANA, 1, "1", "2")])

    assert [await who_is(database, name) for name in (str(ANA), "shop:1", "shop:2")] == [ANA] * 3
    assert [await who_is(database, name) for name in (str(EVA), "shop:3", "erp:1")] == [None] * 3


async def test_whoever_was_merged_is_found_as_the_one_that_is_left(database: Database) -> None:
    await hear(database, [a_state(ANA, 1, "1", status=CustomerStatus.MERGED, merged_into=EVA)])

    assert [await who_is(database, name) for name in (str(ANA), "shop:1")] == [EVA, EVA]


async def test_whoever_was_erased_is_not_found(database: Database) -> None:
    await hear(database, [a_state(ANA, 1, "1", status=CustomerStatus.ERASED)])

    assert [await who_is(database, name) for name in (str(ANA), "shop:1")] == [None, None]


async def test_while_an_id_is_moving_it_names_an_active_customer(database: Database) -> None:
    await hear(
        database, [a_state(ANA, 1, "1", status=CustomerStatus.MERGED, merged_into=new_id()), a_state(EVA, 1, "1")]
    )

    assert await who_is(database, "shop:1") == EVA


async def test_a_reference_to_nobody_is_answered_404_without_repeating_it(database: Database) -> None:
    async with database.read() as uow:
        with pytest.raises(Problem) as refused:
            await resolve(uow.connection, "shop:ana@example.com")

    assert refused.value.status == 404
    assert "ana@example.com" not in refused.value.detail
