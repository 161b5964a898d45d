"""A transaction may take its minute: the database ends a longer one, and nobody takes its worker for stuck before."""

import time
from typing import Any

from sqlalchemy import text

from lealtad.due import DueAction, DueLoop
from lealtad.ids import new_id
from lealtad.observability.health import Heartbeat
from lealtad.unit_of_work import Touched, UnitOfWork

from .conftest import WorkerFactory, until
from .echo import ECHO, echo_reacting
from .publishing import publish

LONG_S = 59.0
STUCK_AFTER_S = 30.0


class Watch:
    """A monotonic clock that can be moved on."""

    def __init__(self) -> None:
        self.moved_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.moved_s


async def test_a_long_due_action_is_not_held_to_be_stuck(database_for):
    watch = Watch()
    heartbeat = Heartbeat("due", STUCK_AFTER_S, watch)
    told = []

    async def take(_uow: UnitOfWork, _limit: int) -> int:
        watch.moved_s = LONG_S
        told.append(heartbeat.failure())
        return 0

    loop = DueLoop(await database_for(ECHO), (), poll_s=1, heartbeat=heartbeat)
    await loop.run_all(DueAction("base-wide", take, "SELECT 1"))

    assert told == [None]


async def test_a_long_batch_is_not_held_to_be_stuck(bus, databases, worker_of: WorkerFactory):
    running: list[Any] = []
    told: list[tuple[str | None, bool]] = []

    async def react(_uow: UnitOfWork, _touched: Touched) -> None:
        worker, runtime = running
        heartbeat = runtime.health.heartbeats["consumer"]
        heartbeat.monotonic = lambda: time.monotonic() + LONG_S
        told.append((heartbeat.failure(), worker.consumer.polling))
        heartbeat.monotonic = time.monotonic

    async def is_told() -> bool:
        return bool(told)

    async with worker_of(echo_reacting(react), await databases.create_url(ECHO)) as parts:
        running.extend(parts)
        await publish(bus, new_id())
        await until(is_told)

    assert told == [(None, False)]


async def test_a_batch_that_takes_too_long_is_handled_in_parts(bus, databases, worker_of: WorkerFactory):
    async def react(uow: UnitOfWork, touched: Touched) -> None:
        if len(touched) > 3:
            await uow.connection.execute(text("SET LOCAL statement_timeout = '10ms'"))
            await uow.connection.execute(text("SELECT pg_sleep(5)"))

    for _ in range(20):
        await publish(bus, new_id())

    async with worker_of(echo_reacting(react), await databases.create_url(ECHO)) as (_, runtime):

        async def all_are_handled() -> bool:
            async with runtime.database.read() as uow:
                handled = text("SELECT count(*) FROM journal WHERE outcome <> 'dead'")
                return bool(await uow.connection.scalar(handled) == 20)

        await until(all_are_handled)
