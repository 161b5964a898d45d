"""The due loop: runs due actions by the business clock, in batches, each batch in its own transaction."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from lealtad.backoff import Backoff
from lealtad.db.engine import TRANSACTION_S
from lealtad.due import backlog
from lealtad.due.action import DueAction
from lealtad.errors import is_transient
from lealtad.observability.health import Heartbeat
from lealtad.observability.metrics import DUE_ACTIONS, DUE_FAILURES, DUE_ROWS_SET_ASIDE
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
STEP, STEP_SEEN_S = timedelta(seconds=30), 0.03
"""Business time that advances by more than `STEP` within one rest was set; the loop notices within `STEP_SEEN_S`."""
REST_S = 60.0
"""Pause of an action that fails as a whole; the other actions go on."""


class DueLoop:
    """The loop that runs the due actions of one service until it is stopped."""

    def __init__(
        self, database: Database, actions: Sequence[DueAction], *, poll_s: float, heartbeat: Heartbeat
    ) -> None:
        self._database = database
        self._actions = actions
        self._poll_s = poll_s
        self._heartbeat = heartbeat
        self._stopping = asyncio.Event()
        self._rests_until: dict[str, float] = {}
        # A counter is shown as 0 from the start: of a series that begins at 1, Prometheus sees no increase.
        for action in actions:
            DUE_FAILURES.labels(action=action.name)
            DUE_ROWS_SET_ASIDE.labels(action=action.name)

    def stop(self) -> None:
        """Ask the loop to end after the current transaction."""
        self._stopping.set()

    async def run(self) -> None:
        """Run due actions until stopped; after a transient failure, wait and try again."""
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while not self._stopping.is_set():
            self._heartbeat.beat()
            looked_at = self._database.clock.now()
            try:
                done = sum([await self._run_all_or_rest(action) for action in await self._due(looked_at)])
                backoff.reset()
                # The actions may have made other rows due.
                if not done:
                    await self._rest_until_next_look(looked_at)
            except Exception as error:
                if not is_transient(error):
                    raise
                pause = backoff.pause_s()
                log.warning("due_action_failed", error=type(error).__name__, again_in_s=pause)
                await self._rest(pause)

    async def _due(self, now: datetime) -> list[DueAction]:
        async with self._database.read() as uow:
            return await backlog.found(uow.connection, self._actions, now)

    async def _run_all_or_rest(self, action: DueAction) -> int:
        if time.monotonic() < self._rests_until.get(action.name, 0):
            return 0
        try:
            if action.paced:
                await self._run_batch(action)
                return 0  # the other due rows wait for the next look
            return await self.run_all(action)
        except Exception as error:
            if is_transient(error):
                raise
            DUE_FAILURES.labels(action=action.name).inc()
            log.exception("due_action_rests", action=action.name, again_in_s=REST_S)
            self._rests_until[action.name] = time.monotonic() + REST_S
            return 0

    async def run_all(self, action: DueAction) -> int:
        """Run `action` until no row is due; return the number of rows."""
        total = 0
        while not self._stopping.is_set():
            done = await self._run_batch(action)
            if not done:
                break
            total += done
        return total

    async def _run_batch(self, action: DueAction) -> int:
        """Run one batch of `action`; return the number of rows."""
        self._heartbeat.declare_wait(TRANSACTION_S)
        async with self._database.begin() as uow:
            done = await action.run(uow, action.batch)
        DUE_ACTIONS.labels(action=action.name).inc(done)
        return done

    async def _rest_until_next_look(self, looked_at: datetime) -> None:
        """Rest until the next look; return early when business time is set forward, as a local stack may do."""
        if not self._database.clock.steps:
            await self._rest(self._poll_s)
            return
        ends = time.monotonic() + self._poll_s
        while not self._stopping.is_set() and (left := ends - time.monotonic()) > 0:
            await asyncio.sleep(min(left, STEP_SEEN_S))
            if self._database.clock.now() - looked_at > STEP:
                return

    async def _rest(self, seconds: float) -> None:
        self._heartbeat.declare_wait(seconds)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
