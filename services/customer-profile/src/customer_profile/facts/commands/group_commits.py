"""Group commit: facts that arrive one at a time share transactions when they arrive together.

A fact that finds no transaction under way begins one at once. Facts that arrive while `CONCURRENT_TRANSACTIONS` are
under way wait for the first of them to end. The next transaction then records all of them. So a single fact never
waits, and under load one transaction records the facts that arrived during the one before.

A fact with an `Idempotency-Key` goes the same way: its group claims the keys of all its facts first, and stores their
answers last. A fact whose twin is under way leaves its group, waits alone without a connection, and comes back.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context, copy_context
from typing import NamedTuple

from customer_profile.facts.commands.accept_fact import FactResult
from customer_profile.facts.commands.record_facts import record_facts
from customer_profile.facts.schemas import FactRequest
from lealtad.backoff import Backoff
from lealtad.http import Problem
from lealtad.http.answer import RenderedAnswer
from lealtad.http.batch_items import commit_items
from lealtad.http.idempotency import IdempotentRequest, KeptAnswer, kept_problem, still_at_work
from lealtad.http.key_claims import Claim, claim_free, store_or_release
from lealtad.unit_of_work import Database, UnitOfWork

CONCURRENT_TRANSACTIONS = 2
"""While one transaction is written to disk, the next one is prepared."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.25
LONGEST_WAIT_S = 5.0
"""The longest wait of a fact for its twin: as long as any other transaction waits for a lock."""

Outcome = FactResult | RenderedAnswer | Problem | Claim


class SubmittedFact(NamedTuple):
    """A fact with the trace of its request, its key, and the context in which its problems are rendered."""

    fact: FactRequest
    traceparent: str | None
    key: IdempotentRequest | None
    context: Context


class GroupCommit:
    """The group commit of one process, with at most `size` facts in a transaction."""

    def __init__(self, database: Database, size: int) -> None:
        self._database = database
        self._size = size
        self._waiting: deque[tuple[SubmittedFact, asyncio.Future[Outcome]]] = deque()
        self._working: set[asyncio.Task[None]] = set()

    async def submit(
        self, fact: FactRequest, traceparent: str | None = None, key: IdempotentRequest | None = None
    ) -> RenderedAnswer:
        """Return the answer to `fact` once its transaction is committed, or the answer that its key has already.

        Raise the problem that keeps the fact out, and 409 if a twin with the same key is at work for too long.
        """
        submitted = SubmittedFact(fact, traceparent, key, copy_context())
        pauses = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        until = asyncio.get_running_loop().time() + LONGEST_WAIT_S
        while isinstance(outcome := await self._enter(submitted), Claim):
            if asyncio.get_running_loop().time() >= until:
                raise still_at_work()
            await asyncio.sleep(pauses.pause_s())
        if isinstance(outcome, Problem):
            raise outcome
        return outcome.answer() if isinstance(outcome, FactResult) else outcome

    async def _enter(self, submitted: SubmittedFact) -> Outcome:
        """Return the outcome in the next transaction that has room."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((submitted, outcome))
        if len(self._working) < CONCURRENT_TRANSACTIONS:
            task = asyncio.create_task(self._record_waiting(), name="group commit of facts")
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        return await outcome

    async def _record_waiting(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(self._size, len(self._waiting)))]
            outcomes = await commit_items([submitted for submitted, _ in group], self._record)
            for (_, waiting), outcome in zip(group, outcomes, strict=True):
                # The caller may have disconnected meanwhile.
                if not waiting.done():
                    waiting.set_result(outcome)

    async def _record(self, group: Sequence[SubmittedFact]) -> list[Outcome]:
        async with self._database.begin() as uow:
            outcomes = await _claim_keys(uow, group)
            places = [place for place, outcome in enumerate(outcomes) if outcome is Claim.MADE]
            recorded = await _record_and_keep(uow, [group[place] for place in places]) if places else []
        for place, outcome in zip(places, recorded, strict=True):
            outcomes[place] = outcome
        return outcomes


async def _claim_keys(uow: UnitOfWork, group: Sequence[SubmittedFact]) -> list[Outcome]:
    """Return for each fact the answer of its key, `UNDER_WAY`, or `MADE` if the fact is to be recorded."""
    keys = [submitted.key for submitted in group if submitted.key]
    found = iter(await claim_free(uow.connection, keys) if keys else [])
    return [_found(next(found), submitted.key) if submitted.key else Claim.MADE for submitted in group]


def _found(found: Claim | KeptAnswer, key: IdempotentRequest) -> Outcome:
    if isinstance(found, Claim):
        return found
    try:
        return found.replay_to(key)
    except Problem as problem:
        return problem


async def _record_and_keep(uow: UnitOfWork, group: Sequence[SubmittedFact]) -> list[Outcome]:
    """Record facts, and store what is kept of their outcomes under their keys."""
    traceparents = [submitted.traceparent for submitted in group]
    results = await record_facts(uow, [submitted.fact for submitted in group], traceparents=traceparents)
    kept = {
        submitted.key.scope: submitted.context.run(_kept, result)
        for submitted, result in zip(group, results, strict=True)
        if submitted.key
    }
    if kept:
        await store_or_release(uow.connection, kept)
    return [
        (kept[submitted.key.scope] if submitted.key else None) or result
        for submitted, result in zip(group, results, strict=True)
    ]


def _kept(result: FactResult | Problem) -> RenderedAnswer | None:
    return result.answer() if isinstance(result, FactResult) else kept_problem(result, personal=False)
