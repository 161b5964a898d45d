"""When the due-loop looks, and at what."""

import asyncio
from datetime import timedelta

from lealtad.due import DueAction, DueLoop
from lealtad.observability.health import Heartbeat
from lealtad.unit_of_work import UnitOfWork

from .echo import ECHO

AN_HOUR_S = 3600
LATER = "SELECT 1 WHERE CAST(:now AS timestamptz) >= '{}'"


async def test_business_time_that_is_set_on_ends_the_rest(database_for, clock):
    acted = asyncio.Event()

    async def act(_uow: UnitOfWork, _limit: int) -> int:
        acted.set()
        return 0

    tomorrow = clock.now() + timedelta(days=1)
    action = DueAction("tomorrow", act, LATER.format(tomorrow.isoformat()))
    loop = DueLoop(await database_for(ECHO), (action,), poll_s=AN_HOUR_S, heartbeat=Heartbeat("due", AN_HOUR_S))
    running = asyncio.create_task(loop.run())

    clock.set(tomorrow)
    await asyncio.wait_for(acted.wait(), 10)
    loop.stop()
    await asyncio.wait_for(running, 10)


async def test_an_action_that_has_nothing_to_do_opens_no_transaction(database_for):
    looked = asyncio.Event()

    async def act(_uow: UnitOfWork, _limit: int) -> int:
        looked.set()
        return 0

    async def never(_uow: UnitOfWork, _limit: int) -> int:
        raise AssertionError("nothing was due")

    actions = (DueAction("nothing", never, "SELECT 1 WHERE false"), DueAction("something", act, "SELECT 1"))
    loop = DueLoop(await database_for(ECHO), actions, poll_s=0.01, heartbeat=Heartbeat("due", 60))
    running = asyncio.create_task(loop.run())

    await asyncio.wait_for(looked.wait(), 10)
    loop.stop()
    await asyncio.wait_for(running, 10)
