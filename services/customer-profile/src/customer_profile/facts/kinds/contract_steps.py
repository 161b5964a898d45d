"""The steps of contracts while facts are recorded: the contracts that they name, and the decision on each."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from customer_profile.domain.contracts import (
    Contract,
    ContractConflictError,
    ContractHistory,
    NoEffect,
    Step,
    StepKind,
    Terms,
)
from customer_profile.facts.contracts import repository
from customer_profile.facts.contracts.steps import repository as steps
from customer_profile.facts.kinds.contract_history import history_of, signed_contract, step_of
from customer_profile.facts.kinds.descriptor import FactContext, NewFact
from customer_profile.facts.kinds.fact_batch import FactBatch, RelatedState
from customer_profile.facts.kinds.fact_ref import FactRefs, Source, parse_fact_ref
from lealtad.db import Connection
from lealtad.events.catalog.customer_profile import ContractFact, ContractStarted, NoEffectReason, StatedTerms
from lealtad.http import InvalidField, Problem, conflict, invalid, not_found
from lealtad.money import Money


class Contracts(RelatedState):
    """The contracts that the facts of a batch name, each with all its steps."""

    field = "contract"
    has_customer = True

    def __init__(self) -> None:
        self.by_id: dict[UUID, ContractHistory] = {}
        self.others: set[Source] = set()
        """Facts that steps name, and that started no contract."""

    async def load(self, connection: Connection, refs: FactRefs) -> Mapping[Source, UUID]:
        """Load the contracts that `refs` name."""
        rows_by_fact = await repository.find_contracts(connection, refs)
        found = {}
        for (source, fact_id), rows in rows_by_fact.items():
            if rows:
                self.by_id[fact_id] = history_of(fact_id, rows)
                found[source] = fact_id
            else:
                self.others.add(source)
        return found

    def customers(self) -> set[UUID]:
        """Return the customers of the contracts."""
        return {contract.customer_id for contract in self.by_id.values()}


def missing_start(fact: Any, batch: FactBatch) -> Source | None:
    """Return the start that a step waits for: its source's own name for a contract that is not recorded."""
    if fact.contract is None:
        return None
    ref, contracts = parse_fact_ref(fact.contract, "/contract"), batch.state(Contracts)
    # A name that another fact has will never start a contract.
    known = not isinstance(ref, Source) or ref in batch.ids or ref in contracts.others
    if not known and ref == Source(fact.source.system, fact.source.fact_id):
        error = InvalidField(pointer="/contract", message="names the step itself", hint="the start of the contract")
        raise invalid("Name the contract.", [error])
    return None if known or not isinstance(ref, Source) else ref


def find_contract(fact: Any, batch: FactBatch) -> ContractHistory:
    """Return the contract that a step names; raise 422 for none and 404 for an unknown one."""
    if fact.contract is None:
        error = InvalidField(pointer="/contract", message="is missing", hint="the contract's id, or system:fact_id")
        raise invalid("Name the contract.", [error])
    contract_id = batch.id_of(parse_fact_ref(fact.contract, "/contract"))
    contracts = batch.state(Contracts).by_id
    if contract_id is None or contract_id not in contracts:
        detail = (
            "No contract has this id, or was started by this fact. Name the start of the contract as system:fact_id."
        )
        raise not_found("contract", "ref", detail)
    return contracts[contract_id]


def decide_step(fact: Any, terms: Terms, context: FactContext, reason: str | None = None) -> dict[str, Any]:
    """Return the fields of the event of a step: the contract with this step, and whether the step has an effect.

    Raise 404 for an unknown contract and 409 where its start does not allow the step. Other steps never matter.
    """
    history, currency = find_contract(fact, context.batch), context.batch.currency
    step = Step(
        id=context.id,
        kind=StepKind(fact.type),
        occurred_at=fact.occurred_at,
        source=(fact.source.system, fact.source.fact_id),
        terms=terms,
        reason=reason,
    )
    try:
        after = history.with_step(step)
    except ContractConflictError as error:
        raise _conflict(error) from None
    no_effect = after.no_effects().get(step.id)
    return {
        **context.shared,
        **state_fields(after.contract(), currency),
        "in_effect": no_effect is None,
        "no_effect_reason": no_effect_reason(no_effect) if no_effect else None,
        "stated": stated_terms(terms, currency),
    }


def state_fields(contract: Contract, currency: str) -> dict[str, Any]:
    """Return the state of a contract as its events carry it."""
    return {
        "contract_id": contract.id,
        "product_line": contract.product_line,
        "monthly_amount": Money(amount=contract.monthly_amount, currency=currency),
        "starts_at": contract.starts_at,
        "ends_at": contract.ends_at,
        "version": contract.version,
        "changed_at": contract.changed_at,
        "cancelled_at": contract.cancelled_at,
    }


def stated_terms(terms: Terms, currency: str) -> StatedTerms:
    """Return the terms of a step as its event carries them."""
    amount = terms.monthly_amount
    return StatedTerms(
        product_line=terms.product_line,
        monthly_amount=None if amount is None else Money(amount=amount, currency=currency),
        ends_at=terms.ends_at,
        open_ended=terms.open_ended,
    )


def no_effect_reason(reason: NoEffect) -> NoEffectReason:
    """Return the reason as code and text."""
    return NoEffectReason(code=reason, text=reason.text)


def waiting_step(fact: Any, terms: Terms, batch: FactBatch) -> dict[str, Any]:
    """Return the fields of a step that waits for its start: all that a step with a contract has, as far as known."""
    return {
        **dict.fromkeys(("contract_id", "product_line", "monthly_amount", "starts_at", "ends_at", "version")),
        **dict.fromkeys(("changed_at", "cancelled_at")),
        "in_effect": False,
        "no_effect_reason": no_effect_reason(NoEffect.START_UNKNOWN),
        "stated": stated_terms(terms, batch.currency),
        "reason": getattr(fact, "reason", None),
    }


def apply_start(batch: FactBatch, fact: NewFact) -> None:
    """Let later facts of the batch see the contract."""
    if isinstance(fact.event, ContractStarted):
        batch.state(Contracts).by_id[fact.id] = ContractHistory(signed_contract(fact.id, fact.event))


def apply_step(batch: FactBatch, fact: NewFact) -> None:
    """Let later facts of the batch see the contract with this step."""
    if isinstance(fact.event, ContractFact):
        contracts = batch.state(Contracts).by_id
        history = contracts[fact.event.contract_id]
        contracts[history.id] = history.with_step(step_of(fact.id, fact.kind.name, fact.event))


async def save_steps(connection: Connection, facts: Sequence[NewFact]) -> None:
    """Write the steps, then the contracts that all their recorded steps give, and which steps have an effect.

    A restore may write steps before their start; the contract follows with its start.
    """
    contract_of_step = {fact.id: fact.event.contract_id for fact in facts if isinstance(fact.event, ContractFact)}
    await steps.insert_steps(connection, contract_of_step)
    refs = FactRefs.of(set(contract_of_step.values()))
    rows_by_fact = await repository.find_contracts(connection, refs)
    histories = [history_of(fact_id, rows) for (_, fact_id), rows in rows_by_fact.items() if rows]
    await repository.upsert_contracts(connection, [history.contract() for history in histories])
    await steps.update_effects(connection, [reasons for history in histories for reasons in _effects(history)])


def _effects(history: ContractHistory) -> list[tuple[UUID, NoEffect | None]]:
    reasons = history.no_effects()
    return [(step.id, reasons.get(step.id)) for step in history.steps]


def _conflict(error: ContractConflictError) -> Problem:
    return conflict("contract-conflict", "The contract does not allow it", f"Check the step and its start: {error}.")
