"""Use case: take in a batch; each fact is committed, or refused, independently of the others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from customer_profile.batches.halving import halving
from customer_profile.batches.schemas import Unreadable
from customer_profile.batches.turns import LONGEST_WAIT_S, Turns
from customer_profile.facts.inputs import FactIn
from customer_profile.facts.recording import Recorded, record
from customer_profile.metrics import count_fact
from lealtad.events.cause import Lane
from lealtad.http import Problem
from lealtad.unit_of_work import Database

Outcome = Recorded | Problem


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes the facts of one request in, many in a transaction."""

    database: Database
    traceparent: str | None
    turns: Turns
    lane: Lane = Lane.LIVE

    async def take(self, items: Sequence[FactIn | Unreadable]) -> list[Outcome]:
        """Return what became of each item, in their order.

        Facts of one customer are recorded in the order of the batch.
        """
        outcomes: dict[int, Outcome] = {}
        facts: list[tuple[int, FactIn]] = []
        for place, item in enumerate(items):
            if isinstance(item, Unreadable):
                outcomes[place] = item.problem()
            else:
                facts.append((place, item))
        taken = await self._take_in_turns([fact for _, fact in facts])
        for (place, fact), outcome in zip(facts, taken, strict=True):
            count_fact(fact.type, outcome.status)
            outcomes[place] = outcome
        return [outcomes[place] for place in range(len(items))]

    async def _take_in_turns(self, facts: Sequence[FactIn]) -> list[Outcome]:
        until = asyncio.get_running_loop().time() + LONGEST_WAIT_S
        outcomes: list[Outcome] = []
        while left := facts[len(outcomes) :]:
            try:
                async with self.turns.of(self.lane, until) as most:
                    outcomes += await halving(left[:most], self._record)
            except Problem as problem:
                outcomes += [problem] * len(left)
        return outcomes

    async def _record(self, facts: Sequence[FactIn]) -> list[Outcome]:
        async with self.database.begin(traceparent=self.traceparent) as uow:
            return await record(uow, facts, self.lane)


def item_of(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a `BatchItem`."""
    if isinstance(outcome, Problem):
        return {"status": outcome.status, "problem": outcome.document()}
    return {"status": outcome.status, "id": outcome.fact.id, "customer_id": outcome.fact.customer_id}
