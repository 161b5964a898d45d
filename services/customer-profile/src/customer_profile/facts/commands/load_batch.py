"""Loading what decisions need: customers locked first, then what stands about them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from customer_profile.customers import repository as customers
from customer_profile.domain.returns import ReturnablePurchase
from customer_profile.facts.commands.identify_customer import refs_of
from customer_profile.facts.kinds.fact_batch import FactBatch
from customer_profile.facts.kinds.fact_ref import FactRefs, Source, parse_fact_ref
from customer_profile.facts.kinds.purchase import bought, domain_lines
from customer_profile.facts.repository import facts as repository
from customer_profile.facts.schemas.requests import FactRequest
from customer_profile.policy.models import INTAKE_POLICY
from lealtad.clock import system_now
from lealtad.events.catalog.customer_profile import PurchaseRecorded, PurchaseReturned
from lealtad.events.cause import Lane
from lealtad.http import CustomerRef, Problem
from lealtad.unit_of_work import UnitOfWork


async def load_batch(uow: UnitOfWork, facts: Sequence[FactRequest], lane: Lane) -> FactBatch:
    """Lock the customers of `facts` and return all that deciding on them takes, with a fixed number of statements."""
    contract_refs = _named(facts, "contract")
    contracts = await _contract_customers(uow, contract_refs)
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    refs = {ref for fact in facts for ref in _customer_refs(fact)} | contracts
    batch = FactBatch(
        now=uow.now,
        recorded_at=system_now(),
        currency=uow.resources.reporting_currency,
        policy=policy,
        lane=lane,
        customers=await customers.lock(uow.connection, refs) if refs else {},
        # Read after the locks: what concurrent transactions of these customers wrote is seen.
        facts=await repository.known_facts(uow.connection, [_source(fact) for fact in facts]),
    )
    if batch.facts and (unknown := refs - batch.customers.keys()):
        # Both may have come to be between the two statements; a fact that is sent twice at once is no conflict.
        batch.customers |= await customers.lock(uow.connection, unknown)
    await _load_purchases(uow, batch, _named(facts, "purchase"))
    if contracts:
        await _load_contracts(uow, batch, contract_refs)
    return batch


async def _contract_customers(uow: UnitOfWork, refs: set[UUID | Source]) -> set[CustomerRef]:
    if not refs:
        return set()
    named = await repository.contracts(uow.connection, FactRefs.of(refs))
    return {CustomerRef(id=contract.customer_id) for _, contract in named}


async def _load_contracts(uow: UnitOfWork, batch: FactBatch, refs: set[UUID | Source]) -> None:
    for source, contract in await repository.contracts(uow.connection, FactRefs.of(refs)):
        batch.contracts[contract.id] = contract
        batch.aliases[source] = contract.id


async def _load_purchases(uow: UnitOfWork, batch: FactBatch, refs: set[UUID | Source]) -> None:
    if not refs:
        return
    for row in await repository.purchases(uow.connection, FactRefs.of(refs)):
        batch.purchases[row.id] = _what_is_left(row)
        batch.owners[row.id] = row.customer_id
        batch.aliases[Source(row.source_system, row.source_fact_id)] = row.id


def _what_is_left(row: Any) -> ReturnablePurchase:
    purchase = bought(PurchaseRecorded.model_validate(row.data))
    for data in row.returns:
        back = PurchaseReturned.model_validate(data)
        purchase = purchase.after_return(domain_lines(back.lines), back.total.amount)
    return purchase


def _customer_refs(fact: FactRequest) -> list[CustomerRef]:
    try:
        return refs_of(fact)
    except Problem:
        return []  # deciding on this fact raises it again


def _named(facts: Sequence[FactRequest], field: str) -> set[UUID | Source]:
    named: set[UUID | Source] = set()
    for fact in facts:
        ref = getattr(fact, field, None)
        if ref is None:
            continue
        try:
            named.add(parse_fact_ref(ref, f"/{field}"))
        except Problem:
            continue  # deciding on this fact raises it again
    return named


def _source(fact: FactRequest) -> Source:
    return Source(fact.source.system, fact.source.fact_id)
