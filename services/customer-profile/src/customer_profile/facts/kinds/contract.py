"""Deciding on the start, change and cancellation of a contract."""

from typing import Any
from uuid import UUID

from customer_profile.domain.contracts import Contract, ContractConflictError
from customer_profile.facts.kinds import Kind
from customer_profile.facts.kinds.fact_batch import FactBatch, NewFact
from customer_profile.facts.kinds.fact_ref import parse_fact_ref
from customer_profile.facts.schemas.requests import (
    ContractCancellation,
    ContractChange,
    ContractStepRequest,
    NewContract,
)
from lealtad.events.catalog.customer_profile import ContractCancelled, ContractChanged, ContractStarted
from lealtad.http import InvalidField, Problem, conflict, invalid, not_found
from lealtad.money import Money


def decide_start(fact: NewContract, fact_id: UUID, common: dict[str, Any], batch: FactBatch) -> NewFact:
    """Return the contract as it starts; its id is the fact's."""
    contract = Contract(
        id=fact_id,
        customer_id=common["customer_id"],
        product_line=fact.product_line,
        monthly_amount=fact.monthly_amount.amount,
        starts_at=fact.starts_at or fact.occurred_at,
        ends_at=fact.ends_at,
        changed_at=fact.occurred_at,
    )
    event = ContractStarted(**common, **_state(contract, batch))
    return NewFact(fact_id, Kind.CONTRACT_START, event, contract=contract)


def decide_change(fact: ContractChange, fact_id: UUID, common: dict[str, Any], batch: FactBatch) -> NewFact:
    """Return the change; raise 404 for an unknown contract and 409 where its state does not allow it."""
    before = contract_of(fact, batch)
    try:
        contract = before.change(
            fact.occurred_at,
            product_line=fact.product_line,
            monthly_amount=fact.monthly_amount.amount if fact.monthly_amount else None,
            ends_at=fact.ends_at,
        )
    except ContractConflictError as error:
        raise _conflict(error) from None
    return NewFact(
        fact_id, Kind.CONTRACT_CHANGE, ContractChanged(**common, **_state(contract, batch)), contract=contract
    )


def decide_cancellation(fact: ContractCancellation, fact_id: UUID, common: dict[str, Any], batch: FactBatch) -> NewFact:
    """Return the cancellation; raise 404 for an unknown contract and 409 where its state does not allow it."""
    before = contract_of(fact, batch)
    try:
        contract = before.cancel(fact.occurred_at, effective_at=fact.ends_at or fact.occurred_at)
    except ContractConflictError as error:
        raise _conflict(error) from None
    event = ContractCancelled(**common, **_state(contract, batch), reason=fact.reason)
    return NewFact(fact_id, Kind.CONTRACT_CANCEL, event, contract=contract)


def contract_of(fact: ContractStepRequest, batch: FactBatch) -> Contract:
    """Return the contract that a change or a cancellation names; raise 422 for none and 404 for an unknown one."""
    if fact.contract is None:
        error = InvalidField(pointer="/contract", message="is missing", hint="the contract's id, or system:fact_id")
        raise invalid("Name the contract.", [error])
    contract_id = batch.id_of(parse_fact_ref(fact.contract, "/contract"))
    if contract_id not in batch.contracts:
        raise not_found("contract", "ref", "No contract has this id, or was started by this fact. Record its start.")
    return batch.contracts[contract_id]


def _state(contract: Contract, batch: FactBatch) -> dict[str, Any]:
    return {
        "contract_id": contract.id,
        "product_line": contract.product_line,
        "monthly_amount": Money(amount=contract.monthly_amount, currency=batch.currency),
        "starts_at": contract.starts_at,
        "ends_at": contract.ends_at,
    }


def _conflict(error: ContractConflictError) -> Problem:
    return conflict("contract-conflict", "The contract does not allow it", f"Check the contract: {error}.")
