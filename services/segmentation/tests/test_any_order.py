"""The folded facts are the same for every interleaving of topics and every cut of batches."""

from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from lealtad.db.columns import DERIVED
from lealtad.events.envelope import Event
from lealtad.events.topics import ACTIVITY
from lealtad.testing.builders import loaded
from lealtad.unit_of_work import Database, UnitOfWork
from segmentation.consumers import projections
from segmentation.metadata import METADATA

from . import strategies
from .test_rule_compilation import projected

TABLES = [table.name for table in METADATA.sorted_tables if table.schema == DERIVED]


async def folded(unit: UnitOfWork) -> dict[str, list[Any]]:
    """Return all rows of all derived tables."""
    tables = {}
    for table in TABLES:
        rows = await unit.connection.execute(text(f"SELECT row_to_json(t)::text FROM {table} t ORDER BY 1"))
        tables[table] = list(rows.scalars())
    return tables


@given(base=strategies.bases(), data=st.data())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
async def test_any_interleaving_of_topics_and_lanes_with_repetitions_folds_to_the_same_state(
    database: Database, base: dict[UUID, list[Event[Any]]], data: st.DataObject
) -> None:
    events = [event for history in base.values() for event in history]
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=3)) if events else []
    shuffled = [
        loaded(event) if event.data.topic is ACTIVITY and data.draw(st.booleans()) else event
        for event in data.draw(st.permutations([*events, *repeated]))
    ]
    cut = data.draw(st.integers(0, len(shuffled)))
    async with projected(database, base) as unit:
        expected = await folded(unit)

    async with projected(database, {}) as unit:
        for batch in (shuffled[:cut], shuffled[cut:]):
            await projections.run(unit, batch)
        assert await folded(unit) == expected
