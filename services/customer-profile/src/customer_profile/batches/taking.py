"""Use case: take in a batch; each fact is committed, or refused, independently of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from customer_profile.batches.halving import halving
from customer_profile.batches.schemas import Unreadable
from customer_profile.facts.inputs import FactIn
from customer_profile.facts.recording import Recorded, record
from customer_profile.metrics import count_fact
from lealtad.events.cause import Lane
from lealtad.http import Problem, invalid
from lealtad.unit_of_work import Database

Outcome = Recorded | Problem


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes facts in, `size` in a transaction."""

    database: Database
    traceparent: str | None
    size: int
    lane: Lane = Lane.LIVE

    async def take(self, items: Sequence[FactIn | Unreadable]) -> list[Outcome]:
        """Return what became of each item, in their order.

        Facts of one customer are recorded in the order of the batch.
        """
        outcomes: dict[int, Outcome] = {}
        facts: list[tuple[int, FactIn]] = []
        for place, item in enumerate(items):
            if isinstance(item, Unreadable):
                outcomes[place] = invalid("Correct what `errors` points at.", item.errors)
            else:
                facts.append((place, item))
        for start in range(0, len(facts), self.size):
            group = facts[start : start + self.size]
            taken = await halving([fact for _, fact in group], self._record)
            for (_, fact), outcome in zip(group, taken, strict=True):
                count_fact(fact.type, outcome.status)
            outcomes.update(zip((place for place, _ in group), taken, strict=True))
        return [outcomes[place] for place in range(len(items))]

    async def _record(self, facts: Sequence[FactIn]) -> list[Outcome]:
        async with self.database.begin(traceparent=self.traceparent) as uow:
            return await record(uow, facts, self.lane)


def item_of(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a `BatchItem`."""
    if isinstance(outcome, Problem):
        return {"status": outcome.status, "problem": outcome.document()}
    return {"status": outcome.status, "id": outcome.fact.id, "customer_id": outcome.fact.customer_id}
