"""Isolation of due rows that always fail, so that other rows, the loop and the worker go on."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from lealtad.db import Connection
from lealtad.errors import is_transient, reason_of
from lealtad.isolation import isolate_failures
from lealtad.observability.metrics import DUE_ROWS_SET_ASIDE
from lealtad.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(days=1)
"""Business time until a row that was set aside is tried again."""

Act = Callable[[Sequence[UUID]], Awaitable[None]]
Postpone = Callable[[Connection, UUID, datetime], Awaitable[None]]


async def act_on(uow: UnitOfWork, action: str, ids: Sequence[UUID], act: Act, postpone: Postpone) -> None:
    """Act on the locked rows `ids` at once; after a permanent failure, act on halves; set single failing rows aside.

    `act(ids)` may run again for some of its ids, after its effects were undone. So `act` reads the rows itself.
    `postpone(connection, id, until)` makes a row due at `until`. Transient errors are raised.
    """
    if not ids:
        return

    async def attempt(some: Sequence[UUID]) -> Sequence[None]:
        async with uow.savepoint():
            await act(some)
        return ()

    async def set_aside(row: UUID, error: Exception) -> None:
        await _set_aside(uow, action, row, postpone, error)

    await isolate_failures(ids, attempt, set_aside, concerns_all=is_transient)


async def _set_aside(uow: UnitOfWork, action: str, identity: UUID, postpone: Postpone, error: Exception) -> None:
    until = uow.now + AGAIN_AFTER
    log.error("due_row_set_aside", action=action, id=str(identity), error=type(error).__name__)
    DUE_ROWS_SET_ASIDE.labels(action=action).inc()
    uow.due_cause(identity, action)
    uow.note([identity], f"failed, tried again at {until.isoformat()}: {reason_of(error)}")
    await postpone(uow.connection, identity, until)
