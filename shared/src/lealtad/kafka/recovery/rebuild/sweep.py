"""The sweep after a rebuild: every customer is evaluated once, and differences to the announced state are emitted."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import text

from lealtad.db import Connection
from lealtad.errors import reason_of
from lealtad.isolation import isolate_failures
from lealtad.kafka.consume.projections import React
from lealtad.kafka.recovery.rebuild.errors import may_pass, patiently
from lealtad.kafka.recovery.rebuild.progress import Meter, Say
from lealtad.unit_of_work import Database, Phase

log = structlog.get_logger(__name__)

ACTION = "rebuild"
AT_ONCE = 500

# Their reaction comes anyway, and knows its causes: those of a backfill must not lead to a contact.
WAITING = text("""
    SELECT key FROM pending_reaction
    WHERE partition IN (SELECT partition FROM consumer_position) AND key = ANY(CAST(:ids AS uuid[]))
""")

CustomerPage = Callable[[Connection, UUID | None, int], Awaitable[Sequence[UUID]]]
"""Returns at most so many customers after an id (None: from the first), in ascending id, by one indexed statement."""


@dataclass(slots=True)
class Sweep:
    """The reaction of a service to every customer, in transactions of their own."""

    database: Database
    react: React
    customers: CustomerPage
    say: Say
    failed: int = 0

    async def run(self) -> int:
        """Evaluate all customers; return how many."""
        done, meter = 0, Meter(self.say, "evaluating", "customers")
        ids = await self._after(None)
        while ids:
            await self._evaluate(ids)
            done += len(ids)
            meter.show(done)
            ids = await self._after(ids[-1])
        return done

    async def _after(self, last: UUID | None) -> Sequence[UUID]:
        async def page() -> Sequence[UUID]:
            async with self.database.read() as uow:
                return await self.customers(uow.connection, last, AT_ONCE)

        return await patiently(page)

    async def _evaluate(self, ids: Sequence[UUID]) -> None:
        """React at once; a customer whose reaction fails is isolated and left out."""
        await isolate_failures(ids, self._attempt, self._leave_out, concerns_all=may_pass)

    async def _attempt(self, ids: Sequence[UUID]) -> Sequence[None]:
        await patiently(lambda: self._react(ids))
        return ()

    async def _leave_out(self, customer: UUID, error: Exception) -> None:
        self.failed += 1
        log.error("rebuild_cannot_evaluate", customer_id=str(customer), reason=reason_of(error))

    async def _react(self, ids: Sequence[UUID]) -> None:
        async with self.database.begin(phase=Phase.SWEEP) as uow:
            waiting = set((await uow.connection.execute(WAITING, {"ids": list(ids)})).scalars())
            if touched := [customer for customer in ids if customer not in waiting]:
                await self.react(uow, {customer: [uow.due_cause(customer, ACTION)] for customer in touched})
