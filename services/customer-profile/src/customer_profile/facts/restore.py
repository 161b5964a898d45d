"""Facts as they were recorded, made from their events."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from customer_profile.domain.contracts import Contract
from customer_profile.facts.kinds import Kind
from customer_profile.facts.kinds.fact_batch import UNKNOWN_CONTENT, NewFact, StoredFact
from customer_profile.facts.kinds.fact_ref import FactRefs, Source
from customer_profile.facts.kinds.totals import increments
from customer_profile.facts.repository import facts as repository
from lealtad.events.catalog.customer_profile import (
    ContractCancelled,
    ContractChanged,
    ContractFact,
    ContractStarted,
    Fact,
    PaymentFailed,
    PaymentRecorded,
    PurchaseRecorded,
    PurchaseReturned,
    TouchpointRecorded,
)
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork

KINDS: dict[type[Fact], Kind] = {
    PurchaseRecorded: Kind.PURCHASE,
    PurchaseReturned: Kind.RETURN,
    PaymentRecorded: Kind.PAYMENT,
    PaymentFailed: Kind.PAYMENT,
    TouchpointRecorded: Kind.TOUCHPOINT,
    ContractStarted: Kind.CONTRACT_START,
    ContractChanged: Kind.CONTRACT_CHANGE,
    ContractCancelled: Kind.CONTRACT_CANCEL,
}


async def restore_facts(uow: UnitOfWork, events: Sequence[Event[Fact]]) -> list[UUID]:
    """Record facts of locked customers once more; return the ids of those whose source fact has another id by now."""
    if not events:
        return []
    known = await repository.known_facts(uow.connection, [_source(event) for event in events])
    missing = {_source(event): event for event in events if _source(event) not in known}
    if missing:
        await _record(uow, list(missing.values()))
    return [event.id for event in events if (other := known.get(_source(event))) and other.id != event.id]


async def _record(uow: UnitOfWork, events: Sequence[Event[Fact]]) -> None:
    recordings = [_recording(event) for event in events]
    await repository.insert(uow.connection, recordings, increments(event.data for event in events))
    if matches := await _matches(uow, events):
        await repository.insert_matches(uow.connection, matches)
    in_time = sorted(events, key=lambda event: (event.data.occurred_at, event.id))
    contracts = {
        event.data.contract_id: _contract(event.data) for event in in_time if isinstance(event.data, ContractFact)
    }
    if contracts:
        await repository.put_contracts(uow.connection, contracts.values())


async def _matches(uow: UnitOfWork, events: Sequence[Event[Fact]]) -> dict[UUID, UUID]:
    """Return the purchases of returns, as far as they are there."""
    returns = {
        event.id: event.data.purchase_id
        for event in events
        if isinstance(event.data, PurchaseReturned) and event.data.purchase_id
    }
    if not returns:
        return {}
    found = await repository.purchases(uow.connection, FactRefs(tuple(returns.values()), ()))
    there = {row.id for row in found}
    return {return_id: purchase_id for return_id, purchase_id in returns.items() if purchase_id in there}


def _recording(event: Event[Fact]) -> repository.Recording:
    kind = KINDS[type(event.data)]
    data: dict[str, Any] = event.data.model_dump(mode="json")
    known = StoredFact(event.id, kind, event.key, UNKNOWN_CONTENT, data)
    return repository.Recording(NewFact(event.id, kind, event.data), known, event.sequence, event.lane)


def _contract(data: ContractFact) -> Contract:
    return Contract(
        id=data.contract_id,
        customer_id=data.customer_id,
        product_line=data.product_line,
        monthly_amount=data.monthly_amount.amount,
        starts_at=data.starts_at,
        ends_at=data.ends_at,
        changed_at=data.occurred_at,
        cancelled_at=data.occurred_at if isinstance(data, ContractCancelled) else None,
    )


def _source(event: Event[Fact]) -> Source:
    return Source(event.data.source.system, event.data.source.fact_id)
