"""Cases that the back-up lacks are restored from their events."""

from collections.abc import AsyncIterator

import pytest

from complaints.service import SERVICE
from lealtad.testing.driving import client_for, restore

from .conftest import Desk

FACT = {"system": "shop", "fact_id": "C-1"}


@pytest.fixture
async def restored(database_for, clock) -> AsyncIterator[Desk]:
    """Yield a desk whose database was restored from a back-up without cases."""
    database = await database_for(SERVICE)
    async with client_for(SERVICE, database) as client:
        yield Desk(client, database, clock)


async def a_resolved_case(desk: Desk) -> dict:
    case = await desk.open_case(source=FACT)
    await desk.step(case, "start")
    desk.clock.advance(hours=3)
    return await desk.step(case, "resolve")


async def test_a_case_stands_where_it_stood_but_for_the_texts(desk: Desk, restored: Desk):
    case = await a_resolved_case(desk)

    lost = await restore(SERVICE, restored.database, await desk.announced())

    before, after = await desk.read(case), await restored.read(case)
    assert lost == set()
    assert after.pop("description") is None
    assert before.pop("description") == "It arrived broken."
    assert {**before, "recorded_at": after["recorded_at"]} == after
    shared = ("number", "action", "at", "status")
    assert [[entry[name] for name in shared] for entry in await restored.history(case)] == [
        [entry[name] for name in shared] for entry in await desk.history(case)
    ]


async def test_it_goes_on_from_there(desk: Desk, restored: Desk):
    case = await a_resolved_case(desk)
    await restore(SERVICE, restored.database, await desk.announced())

    assert (await restored.step(case, "reopen"))["status"] == "in-progress"


async def test_what_happened_since_the_back_up_is_added_to_a_case_that_was_known(desk: Desk, restored: Desk):
    case = await a_resolved_case(desk)
    events = await desk.announced()
    await restore(SERVICE, restored.database, events[:2])

    await restore(SERVICE, restored.database, events[2:])

    assert (await restored.read(case))["status"] == "resolved"


async def test_a_source_that_sends_a_case_again_gets_the_restored_case(desk: Desk, restored: Desk):
    case = await a_resolved_case(desk)
    await restore(SERVICE, restored.database, await desk.announced())

    again = await restored.try_to_open(source=FACT)

    assert again.status_code == 200
    assert again.json()["id"] == case["id"]


async def test_events_of_a_case_whose_opening_is_missing_are_named(desk: Desk, restored: Desk):
    await a_resolved_case(desk)
    _, *later = await desk.announced()

    assert await restore(SERVICE, restored.database, later) == {event.id for event in later}


async def test_a_pause_and_its_end_are_restored(desk: Desk, restored: Desk):
    case = await desk.open_case(source=FACT)
    await desk.step(case, "start")
    await desk.step(case, "wait")
    desk.clock.advance(hours=3)
    await restore(SERVICE, restored.database, events := await desk.announced())
    assert (await restored.read(case))["paused_at"] == "2011-03-01T09:00:00Z"

    await desk.step(case, "resume")
    await restore(SERVICE, restored.database, (await desk.announced())[len(events) :])

    before, after = await desk.read(case), await restored.read(case)
    assert [after[name] for name in ("status", "paused_at", "due_at")] == [
        before[name] for name in ("status", "paused_at", "due_at")
    ]
