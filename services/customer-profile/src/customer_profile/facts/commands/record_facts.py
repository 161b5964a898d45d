"""Use case: record facts, one or many: the same rules, and for one transaction one set of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customer_profile.customers import repository as customers
from customer_profile.domain.profiling_permission import ProfilingPermission, profiling_permission
from customer_profile.facts.commands.decide_fact import decide
from customer_profile.facts.commands.load_batch import load_batch
from customer_profile.facts.kinds.fact_batch import FactBatch, NewFact, StoredFact
from customer_profile.facts.kinds.totals import increments
from customer_profile.facts.repository import facts as repository
from customer_profile.facts.schemas.requests import FactRequest
from lealtad.events.catalog.customer_profile import CustomerRegistered, CustomerStatus, ExternalId
from lealtad.events.cause import Lane
from lealtad.events.envelope import EventRef
from lealtad.http import Answer, Problem
from lealtad.http.database_errors import LostRaceError
from lealtad.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FactResult:
    """The answer to a fact that is recorded: now (201), or before with the same content (200)."""

    fact: StoredFact
    status: int

    def body(self) -> dict[str, Any]:
        """Return the fact as a resource."""
        return resource(self.fact.id, self.fact.data)


@dataclass(frozen=True, slots=True)
class _Accepted:
    draft: NewFact
    known: StoredFact
    event: EventRef


def resource(fact_id: UUID, data: Any) -> dict[str, Any]:
    """Return a fact as callers see it; its event has the same id."""
    return {"id": fact_id, "event_id": fact_id, **data}


async def record_fact(uow: UnitOfWork, fact: FactRequest) -> Answer:
    """Record one fact and answer with it; raise the problem that keeps it out."""
    (outcome,) = await record_facts(uow, [fact])
    if isinstance(outcome, Problem):
        raise outcome
    return Answer(outcome.body(), status=outcome.status)


async def record_facts(
    uow: UnitOfWork,
    facts: Sequence[FactRequest],
    lane: Lane = Lane.LIVE,
    traceparents: Sequence[str | None] | None = None,
) -> list[FactResult | Problem]:
    """Record `facts` in their order and return for each its answer, or the problem that keeps it out.

    Their events, and those of customers who come to be with them, go in `lane`. `traceparents` are given where facts of
    several requests come together.

    Raises LostRaceError when a concurrent transaction recorded the same fact or customer in this moment: run again.
    """
    batch = await load_batch(uow, facts, lane)
    accepted: list[_Accepted] = []
    traces = traceparents or [uow.traceparent] * len(facts)
    outcomes = [_take(uow, fact, trace, batch, accepted) for fact, trace in zip(facts, traces, strict=True)]
    if accepted:
        await _write(uow, batch, accepted)
    return outcomes


def _take(
    uow: UnitOfWork, fact: FactRequest, traceparent: str | None, batch: FactBatch, accepted: list[_Accepted]
) -> FactResult | Problem:
    try:
        decided, content = decide(fact, batch)
        if isinstance(decided, StoredFact):
            return FactResult(decided, 200)
        event = uow.emit(
            decided.event,
            key=decided.event.customer_id,
            event_id=decided.id,
            lane=batch.lane,
            traceparent=traceparent,
        )
    except Problem as problem:
        return problem
    data = decided.event.model_dump(mode="json")
    known = StoredFact(decided.id, decided.kind, decided.event.customer_id, content, data)
    batch.accept(decided, known)
    accepted.append(_Accepted(decided, known, event))
    return FactResult(known, 201)


async def _write(uow: UnitOfWork, batch: FactBatch, accepted: Sequence[_Accepted]) -> None:
    await _create_newcomers(uow, batch, accepted)
    await uow.allocate()
    rows = [repository.Recording(one.draft, one.known, _sequence(one.event), batch.lane) for one in accepted]
    drafts = [one.draft for one in accepted]
    if await repository.insert(uow.connection, rows, increments(draft.event for draft in drafts)) < len(rows):
        raise LostRaceError("one of the facts was recorded in this moment")
    if matches := {draft.id: draft.purchase_id for draft in drafts if draft.purchase_id}:
        await repository.insert_matches(uow.connection, matches)
    if contracts := {draft.contract.id: draft.contract for draft in drafts if draft.contract}:
        await repository.put_contracts(uow.connection, contracts.values())


async def _create_newcomers(uow: UnitOfWork, batch: FactBatch, accepted: Sequence[_Accepted]) -> None:
    first = {one.event.key: one.event.cause for one in reversed(accepted)}
    newcomers = {ref: customer_id for ref, customer_id in batch.newcomers.items() if customer_id in first}
    if not newcomers:
        return
    profiling = profiling_permission((), batch.policy.profiling_basis, uow.now)
    if await customers.insert_provisional(uow.connection, newcomers, profiling, at=uow.now) < len(newcomers):
        raise LostRaceError("one of the customers became known in this moment")
    for ref, customer_id in newcomers.items():
        external_id = ExternalId(source=str(ref.source), external_id=str(ref.external_id))
        uow.emit(_registered(uow, external_id, profiling), key=customer_id, causes=[first[customer_id]])


def _registered(uow: UnitOfWork, external_id: ExternalId, profiling: ProfilingPermission) -> CustomerRegistered:
    return CustomerRegistered(
        status=CustomerStatus.ACTIVE,
        provisional=True,
        external_ids=[external_id],
        profiling_allowed=profiling.allowed,
        registered_at=uow.now,
        changed=["status", "provisional", "external_ids", "profiling_allowed", "registered_at"],
    )


def _sequence(event: EventRef) -> int:
    if event.sequence is None:
        raise AssertionError("allocate() draws every sequence")
    return event.sequence
