"""Restore facts from their events."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from customer_profile.facts.commands.record_facts import moved_totals, save_effects
from customer_profile.facts.kinds.descriptor import NewFact
from customer_profile.facts.kinds.fact_batch import UNKNOWN_CONTENT
from customer_profile.facts.kinds.fact_ref import Source
from customer_profile.facts.kinds.registry import FactKinds
from customer_profile.facts.repository import facts as repository
from customer_profile.facts.repository import pending_facts
from lealtad.events.catalog.customer_profile import Fact
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork


async def restore_facts(uow: UnitOfWork, events: Sequence[Event[Fact]]) -> list[UUID]:
    """Record published facts of locked customers again; return the ids of those that are stored under another id."""
    if not events:
        return []
    known = (await repository.find_facts(uow.connection, [_source(event) for event in events])).recorded
    stored = {source: fact for source, fact in known.items() if not fact.pending}
    missing = {_source(event): event for event in events if _source(event) not in stored}
    if missing:
        await _record(uow, list(missing.values()))
    if waited := missing.keys() & known.keys():
        await pending_facts.delete(uow.connection, waited)
    return [event.id for event in events if (fact := stored.get(_source(event))) and fact.id != event.id]


async def restore_updates(uow: UnitOfWork, events: Sequence[Event[Any]]) -> list[UUID]:
    """Update restored facts by published events, in their order; return the ids of those whose fact is not stored."""
    unknown: list[UUID] = []
    for kind in uow.resources.fact_kinds:
        of_kind = [event for event in events if kind.updates and isinstance(event.data, kind.updates.event)]
        if kind.updates and of_kind:
            found = await kind.updates.save(uow.connection, [event.data for event in of_kind])
            unknown += [event.id for event in of_kind if kind.updates.fact_id(event.data) not in found]
    return unknown


async def _record(uow: UnitOfWork, events: Sequence[Event[Fact]]) -> None:
    in_time = sorted(events, key=lambda event: (event.data.occurred_at, event.id))
    facts = [_fact(uow.resources.fact_kinds, event) for event in in_time]
    await repository.insert_facts(uow.connection, facts, [event.sequence for event in in_time], moved_totals(facts))
    await save_effects(uow.connection, facts)


def _fact(kinds: FactKinds, event: Event[Fact]) -> NewFact:
    data = event.data.model_dump(mode="json")
    return NewFact(event.id, kinds.of_event(event.data), event.data, UNKNOWN_CONTENT, data, event.lane)


def _source(event: Event[Fact]) -> Source:
    return Source(event.data.source.system, event.data.source.fact_id)
