"""Memberships that were announced after the back-up count as announced."""

from collections.abc import Awaitable, Callable

from lealtad.ids import new_id
from lealtad.testing.driving import deliver, restore, run_due
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE

from .builders import NOW, purchase

DatabaseFactory = Callable[..., Awaitable[Database]]


async def test_an_announced_state_is_not_announced_again(database: Database, database_for: DatabaseFactory) -> None:
    restored = await database_for(SERVICE)
    bought = purchase(new_id())
    announced = await deliver(SERVICE, database, [bought], now=NOW)

    assert await restore(SERVICE, restored, announced) == set()

    assert await deliver(SERVICE, restored, [bought], now=NOW) == []


async def test_memberships_that_no_longer_hold_are_left_in_public(
    database: Database, database_for: DatabaseFactory
) -> None:
    restored = await database_for(SERVICE)
    announced = await deliver(SERVICE, database, [purchase(new_id())], now=NOW)
    await restore(SERVICE, restored, announced)

    (corrected,) = await run_due(SERVICE, restored)

    assert corrected.data.segments == []
    assert corrected.data.left == announced[0].data.segments


async def test_the_newest_of_several_announcements_counts(database: Database, database_for: DatabaseFactory) -> None:
    restored, customer = await database_for(SERVICE), new_id()
    facts = [purchase(customer, mugs="10.00"), purchase(customer, mugs="1200.00")]
    announced = [event for fact in facts for event in await deliver(SERVICE, database, [fact], now=NOW)]
    assert len(announced) == 2

    await restore(SERVICE, restored, announced)

    assert await deliver(SERVICE, restored, facts, now=NOW) == []
