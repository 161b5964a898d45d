"""When the due-loop looks, and at what."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from lealtad.due import DueAction, DueLoop
from lealtad.observability.health import Heartbeat
from lealtad.unit_of_work import Database, UnitOfWork

from .echo import ECHO

AN_HOUR_S = 3600
LATER = "SELECT 1 WHERE CAST(:now AS timestamptz) >= '{}'"


class Calls:
    """What was called, how often; an action of its takes nothing unless it is said to."""

    def __init__(self) -> None:
        self.number = Counter[str]()
        self._changed = asyncio.Condition()

    def action(self, name: str, due: str, *, takes: int = 0, paced: bool = False) -> DueAction:
        async def take(_uow: UnitOfWork, _limit: int) -> int:
            async with self._changed:
                self.number[name] += 1
                self._changed.notify_all()
            return takes

        return DueAction(name, take, due, paced=paced)

    async def reach(self, name: str, number: int = 1) -> None:
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: self.number[name] >= number)


@asynccontextmanager
async def looping(database: Database, actions: Sequence[DueAction], poll_s: float):
    loop = DueLoop(database, actions, poll_s=poll_s, heartbeat=Heartbeat("due", AN_HOUR_S))
    running = asyncio.create_task(loop.run())
    try:
        yield
    finally:
        loop.stop()
        await asyncio.wait_for(running, 10)


async def test_business_time_that_is_set_on_ends_the_rest(database_for, clock):
    calls, tomorrow = Calls(), clock.now() + timedelta(days=1)
    actions = [calls.action("always", "SELECT 1"), calls.action("tomorrow", LATER.format(tomorrow.isoformat()))]

    async with looping(await database_for(ECHO), actions, poll_s=AN_HOUR_S):
        await calls.reach("always")
        assert calls.number["tomorrow"] == 0
        clock.set(tomorrow)
        await calls.reach("tomorrow")


async def test_an_action_that_has_nothing_to_do_opens_no_transaction(database_for):
    calls = Calls()
    actions = [calls.action("nothing", "SELECT 1 WHERE false"), calls.action("something", "SELECT 1")]

    async with looping(await database_for(ECHO), actions, poll_s=0.01):
        await calls.reach("something", 3)

    assert calls.number["nothing"] == 0


async def test_a_paced_action_that_never_ends_takes_one_batch_each_time_the_loop_looks(database_for):
    calls = Calls()
    actions = [calls.action("endless", "SELECT 1", takes=500, paced=True), calls.action("other", "SELECT 1")]

    async with looping(await database_for(ECHO), actions, poll_s=0.01):
        await calls.reach("other", 3)

    assert calls.number["other"] <= calls.number["endless"] <= calls.number["other"] + 1
