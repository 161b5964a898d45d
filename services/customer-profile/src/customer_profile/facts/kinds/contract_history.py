"""Contracts out of their recorded events: the history that the domain folds."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from customer_profile.domain.contracts import Contract, ContractHistory, Step, StepKind, Terms
from lealtad.events.catalog.customer_profile import (
    ContractCancellationRevoked,
    ContractCancelled,
    ContractChanged,
    ContractFact,
    ContractStarted,
)

EVENTS: dict[StepKind, type[ContractFact]] = {
    StepKind.START: ContractStarted,
    StepKind.CHANGE: ContractChanged,
    StepKind.CANCELLATION: ContractCancelled,
    StepKind.REVOCATION: ContractCancellationRevoked,
}


def history_of(contract_id: UUID, rows: Sequence[Any]) -> ContractHistory:
    """Return the history of a contract whose steps are `rows`, with its start among them."""
    events = {row.id: EVENTS[StepKind(row.kind)].model_validate(row.data) for row in rows}
    steps = [step_of(row.id, row.kind, events[row.id]) for row in rows if row.id != contract_id]
    return ContractHistory(
        signed=signed_contract(contract_id, events[contract_id]),
        steps=tuple(steps),
        # After a restore, versions of steps that came in between may be missing: none is used twice.
        version=max(len(rows), *(event.version for event in events.values())),
    )


def signed_contract(contract_id: UUID, event: ContractFact) -> Contract:
    """Return the contract as its start states it."""
    return Contract(
        id=contract_id,
        customer_id=event.customer_id,
        product_line=event.product_line,
        monthly_amount=event.monthly_amount.amount,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        changed_at=event.occurred_at,
    )


def step_of(step_id: UUID, kind: str, event: ContractFact) -> Step:
    """Return the step that became `event`."""
    return Step(
        id=step_id,
        kind=StepKind(kind),
        occurred_at=event.occurred_at,
        source=(event.source.system, event.source.fact_id),
        terms=_terms(event),
        reason=getattr(event, "reason", None),
    )


def _terms(event: ContractFact) -> Terms:
    if event.stated is None:
        # An event from before versions holds the whole state after its step.
        if isinstance(event, ContractCancelled):
            return Terms(ends_at=event.ends_at)
        return Terms(event.product_line, event.monthly_amount.amount, event.ends_at, open_ended=event.ends_at is None)
    amount = event.stated.monthly_amount
    return Terms(
        product_line=event.stated.product_line,
        monthly_amount=amount.amount if amount else None,
        ends_at=event.stated.ends_at,
        open_ended=event.stated.open_ended,
    )
