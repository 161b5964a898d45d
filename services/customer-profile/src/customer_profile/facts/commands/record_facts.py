"""Record facts, one or many: the same rules, and for one transaction one set of statements."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from customer_profile.customers import repository as customers
from customer_profile.domain.profiling_permission import ProfilingPermission, profiling_permission
from customer_profile.facts.commands.accept_fact import FactChanges, FactResult
from customer_profile.facts.commands.load_batch import load_batch
from customer_profile.facts.kinds.descriptor import NewFact
from customer_profile.facts.kinds.fact_batch import FactBatch
from customer_profile.facts.repository import facts as repository
from customer_profile.facts.repository import pending_facts
from customer_profile.facts.schemas import FactRequest
from lealtad.db import Connection
from lealtad.events.catalog.customer_profile import CustomerRegistered, CustomerStatus, ExternalId
from lealtad.events.cause import Lane
from lealtad.events.envelope import EventRef
from lealtad.http import Problem
from lealtad.http.database_errors import LostRaceError
from lealtad.unit_of_work import UnitOfWork

Accepted = Sequence[tuple[NewFact, EventRef]]


async def record_facts(
    uow: UnitOfWork,
    facts: Sequence[FactRequest],
    lane: Lane = Lane.LIVE,
    traceparents: Sequence[str | None] | None = None,
) -> list[FactResult | Problem]:
    """Record `facts` in their order, and return the result or the problem of each.

    Their events, and those of the customers that they create, go in `lane`. `traceparents` are given for facts of
    several requests.

    Raise LostRaceError if a concurrent transaction recorded the same fact or customer at the same time: run again.
    """
    batch = await load_batch(uow, facts, lane)
    changes = FactChanges(uow, batch)
    traces = traceparents or [uow.traceparent] * len(facts)
    outcomes = [changes.accept(fact, trace) for fact, trace in zip(facts, traces, strict=True)]
    await _save(changes)
    return [changes.newest(fact, outcome) for fact, outcome in zip(facts, outcomes, strict=True)]


async def save_effects(connection: Connection, facts: Sequence[NewFact]) -> None:
    """Write the state beside the facts: one statement for each function that kinds declare."""
    facts_by_save: dict[Any, list[NewFact]] = {}
    for fact in facts:
        if fact.kind.save:
            facts_by_save.setdefault(fact.kind.save, []).append(fact)
    for save, saved in facts_by_save.items():
        await save(connection, saved)


def moved_totals(facts: Sequence[NewFact]) -> Mapping[UUID, Mapping[str, Any]]:
    """Return the values that the facts add to totals, by customer and name."""
    moved: dict[UUID, dict[str, Any]] = {}
    for fact in facts:
        of_customer = moved.setdefault(fact.event.customer_id, {})
        for total in fact.kind.totals:
            if isinstance(fact.event, total.event):
                total.add(of_customer, fact.event)
    return moved


async def _save(changes: FactChanges) -> None:
    uow, batch = changes.uow, changes.batch
    if changes.accepted:
        await _write(uow, batch, changes.accepted)
        await _save_updates(uow, batch)
    if batch.new_pending and await pending_facts.insert(uow.connection, batch.new_pending) < len(batch.new_pending):
        raise LostRaceError("one of the facts was recorded in this moment")
    if changes.released:
        await pending_facts.delete(uow.connection, changes.released)
    if changes.refused:
        await pending_facts.refuse(uow.connection, changes.refused)


async def _write(uow: UnitOfWork, batch: FactBatch, accepted: Accepted) -> None:
    await _create_newcomers(uow, batch, accepted)
    await uow.allocate()
    facts = [fact for fact, _ in accepted]
    sequences = [_sequence(emitted) for _, emitted in accepted]
    if await repository.insert_facts(uow.connection, facts, sequences, moved_totals(facts)) < len(facts):
        raise LostRaceError("one of the facts was recorded in this moment")
    await save_effects(uow.connection, facts)


async def _save_updates(uow: UnitOfWork, batch: FactBatch) -> None:
    for kind in uow.resources.fact_kinds:
        if kind.updates and (updates := [each for each in batch.updates if isinstance(each, kind.updates.event)]):
            await kind.updates.save(uow.connection, updates)


async def _create_newcomers(uow: UnitOfWork, batch: FactBatch, accepted: Accepted) -> None:
    first = {emitted.key: emitted.cause for _, emitted in reversed(accepted)}
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
