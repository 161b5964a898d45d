"""Record a batch of facts: each is committed, or refused, independently of the others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from customer_profile.facts.commands.accept_fact import FactResult
from customer_profile.facts.commands.record_facts import record_facts
from customer_profile.facts.commands.throttle_backfill import MAX_WAIT_S, IntakeThrottle
from customer_profile.facts.schemas import FactRequest
from customer_profile.metrics import count_fact
from lealtad.events.cause import Lane
from lealtad.http import Problem
from lealtad.http.batch_items import InvalidItem, commit_items, commit_valid
from lealtad.unit_of_work import Database

Outcome = FactResult | Problem


@dataclass(frozen=True, slots=True)
class FactBatchIntake:
    """The intake of one request, with many facts in a transaction."""

    database: Database
    traceparent: str | None
    throttle: IntakeThrottle
    lane: Lane = Lane.LIVE

    async def record_items(self, items: Sequence[FactRequest | InvalidItem]) -> list[Outcome]:
        """Return the outcome of each item, in the order of the batch.

        Facts of one customer are recorded in the order of the batch.
        """
        return await commit_valid(items, _refusal_of, self._record_and_count)

    async def _record_and_count(self, facts: Sequence[Any]) -> list[Outcome]:
        outcomes = await self._record_in_transactions(facts)
        for fact, outcome in zip(facts, outcomes, strict=True):
            count_fact(fact.type, outcome.status)
        return outcomes

    async def _record_in_transactions(self, facts: Sequence[FactRequest]) -> list[Outcome]:
        until = asyncio.get_running_loop().time() + MAX_WAIT_S
        outcomes: list[Outcome] = []
        while left := facts[len(outcomes) :]:
            try:
                async with self.throttle.admit(self.lane, until) as max_facts:
                    outcomes += await commit_items(left[:max_facts], self._record)
            except Problem as problem:
                outcomes += [problem] * len(left)
        return outcomes

    async def _record(self, facts: Sequence[FactRequest]) -> list[Outcome]:
        async with self.database.begin(traceparent=self.traceparent) as uow:
            return await record_facts(uow, facts, self.lane)


def _refusal_of(item: FactRequest | InvalidItem) -> Problem | None:
    return item.problem() if isinstance(item, InvalidItem) else None
