"""Contract: it starts, changes and is cancelled; three kinds of facts with one state."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from customer_profile.domain.contracts import Contract, ContractConflictError
from customer_profile.facts.contracts import repository, schemas
from customer_profile.facts.contracts.queries import list_recent_contracts
from customer_profile.facts.kinds.descriptor import FactContext, FactKind, NewFact, Target, ViewPart
from customer_profile.facts.kinds.fact_batch import FactBatch, RelatedState
from customer_profile.facts.kinds.fact_ref import FactRefs, Source, parse_fact_ref
from customer_profile.facts.schemas import FactRequest, RecordedFact, documented
from customer_profile.fields import FactRefText
from lealtad.db import Connection
from lealtad.events.catalog.customer_profile import ContractCancelled, ContractChanged, ContractFact, ContractStarted
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import InvalidField, Problem, SafeValueError, SlugText, Timestamp, conflict, invalid, not_found
from lealtad.money import Money

START_EXAMPLE = {
    "type": "contract-start",
    "customer": "web-shop:17850",
    "source": {"system": "billing", "fact_id": "K-2011-1"},
    "occurred_at": "2011-03-01T08:00:00+00:00",
    "product_line": "broadband",
    "monthly_amount": {"amount": "29.90", "currency": "EUR"},
    "ends_at": "2012-03-01T00:00:00+00:00",
}
CHANGE_EXAMPLE = {
    "type": "contract-change",
    "source": {"system": "billing", "fact_id": "K-2011-1-a"},
    "occurred_at": "2011-03-01T08:10:00+00:00",
    "contract": "billing:K-2011-1",
    "monthly_amount": {"amount": "24.90", "currency": "EUR"},
}
CANCEL_EXAMPLE = {
    "type": "contract-cancel",
    "source": {"system": "billing", "fact_id": "K-2011-1-z"},
    "occurred_at": "2011-03-01T08:20:00+00:00",
    "contract": "billing:K-2011-1",
    "ends_at": "2011-03-31T00:00:00+00:00",
    "reason": "moved-away",
}


class NewContract(FactRequest):
    """A contract was signed."""

    model_config = documented(START_EXAMPLE)

    type: Literal["contract-start"] = "contract-start"
    product_line: SlugText
    monthly_amount: Money
    starts_at: Timestamp | None = Field(default=None, description="Default: when it was signed (`occurred_at`)")
    ends_at: Timestamp | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.monthly_amount.amount < 0:
            raise SafeValueError("must not be negative", "monthly_amount")
        if self.ends_at and self.ends_at < (self.starts_at or self.occurred_at):
            raise SafeValueError("lies before the start", "ends_at")
        return self


class ContractStepRequest(FactRequest):
    """Fields that changes and cancellations share; the customer is the contract's, and may be left out."""

    contract: FactRefText | None = Field(
        default=None,
        description="Its id, or `system:fact_id` of its start; not needed on a contract's own address",
    )


class ContractChange(ContractStepRequest):
    """Product, price or end of a contract changed."""

    model_config = documented(CHANGE_EXAMPLE)

    type: Literal["contract-change"] = "contract-change"
    product_line: SlugText | None = None
    monthly_amount: Money | None = None
    ends_at: Timestamp | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not (self.product_line or self.monthly_amount or self.ends_at):
            raise SafeValueError("say what changes: product_line, monthly_amount or ends_at")
        if self.monthly_amount and self.monthly_amount.amount < 0:
            raise SafeValueError("must not be negative", "monthly_amount")
        return self


class ContractCancellation(ContractStepRequest):
    """Customer or company cancelled a contract."""

    model_config = documented(CANCEL_EXAMPLE)

    type: Literal["contract-cancel"] = "contract-cancel"
    ends_at: Timestamp | None = Field(default=None, description="The end of the contract; default: at once")
    reason: SlugText | None = None


class ContractStep(RecordedFact, ContractFact):
    """A recorded start, change or cancellation, with the state of the contract after it."""

    reason: Slug | None = None


class Contracts(RelatedState):
    """The contracts that the facts of a batch name."""

    field = "contract"
    has_customer = True

    def __init__(self) -> None:
        self.by_id: dict[UUID, Contract] = {}

    async def load(self, connection: Connection, refs: FactRefs) -> Mapping[Source, UUID]:
        """Load the contracts that `refs` name."""
        found = await repository.find_contracts(connection, refs)
        self.by_id |= {contract.id: contract for _, contract in found}
        return {source: contract.id for source, contract in found}

    def customers(self) -> set[UUID]:
        """Return the customers of the contracts."""
        return {contract.customer_id for contract in self.by_id.values()}


def decide_start(fact: NewContract, context: FactContext) -> ContractStarted:
    """Return the event of the start; the contract's id is the fact's."""
    return ContractStarted(
        **context.shared,
        contract_id=context.id,
        product_line=fact.product_line,
        monthly_amount=fact.monthly_amount,
        starts_at=fact.starts_at or fact.occurred_at,
        ends_at=fact.ends_at,
    )


def decide_change(fact: ContractChange, context: FactContext) -> ContractChanged:
    """Return the event of the change; raise 404 for an unknown contract and 409 where its state does not allow it."""
    before = find_contract(fact, context.batch)
    try:
        contract = before.change(
            fact.occurred_at,
            product_line=fact.product_line,
            monthly_amount=fact.monthly_amount.amount if fact.monthly_amount else None,
            ends_at=fact.ends_at,
        )
    except ContractConflictError as error:
        raise _conflict(error) from None
    return ContractChanged(**context.shared, **_fields(contract, context.batch.currency))


def decide_cancellation(fact: ContractCancellation, context: FactContext) -> ContractCancelled:
    """Return the event of the end; raise 404 for an unknown contract and 409 where its state does not allow it."""
    before = find_contract(fact, context.batch)
    try:
        contract = before.cancel(fact.occurred_at, effective_at=fact.ends_at or fact.occurred_at)
    except ContractConflictError as error:
        raise _conflict(error) from None
    return ContractCancelled(**context.shared, **_fields(contract, context.batch.currency), reason=fact.reason)


def find_contract(fact: ContractStepRequest, batch: FactBatch) -> Contract:
    """Return the contract that a change or a cancellation names; raise 422 for none and 404 for an unknown one."""
    if fact.contract is None:
        error = InvalidField(pointer="/contract", message="is missing", hint="the contract's id, or system:fact_id")
        raise invalid("Name the contract.", [error])
    contract_id = batch.id_of(parse_fact_ref(fact.contract, "/contract"))
    contracts = batch.state(Contracts).by_id
    if contract_id is None or contract_id not in contracts:
        raise not_found("contract", "ref", "No contract has this id, or was started by this fact. Record its start.")
    return contracts[contract_id]


def apply_step(batch: FactBatch, fact: NewFact) -> None:
    """Let later facts of the batch see the contract after this one."""
    contract = _contract_after(fact)
    batch.state(Contracts).by_id[contract.id] = contract


async def save_contracts(connection: Connection, facts: Sequence[NewFact]) -> None:
    """Write the contracts after the last of their facts."""
    contracts = {contract.id: contract for contract in map(_contract_after, facts)}
    await repository.upsert_contracts(connection, contracts.values())


def _contract_after(fact: NewFact) -> Contract:
    event = fact.event
    if not isinstance(event, ContractFact):
        raise TypeError(f"{type(event).__name__} is no fact of a contract")
    return Contract(
        id=event.contract_id,
        customer_id=event.customer_id,
        product_line=event.product_line,
        monthly_amount=event.monthly_amount.amount,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        changed_at=event.occurred_at,
        cancelled_at=event.occurred_at if isinstance(event, ContractCancelled) else None,
        cancellation_reason=event.reason if isinstance(event, ContractCancelled) else None,
    )


def _fields(contract: Contract, currency: str) -> dict[str, Any]:
    return {
        "contract_id": contract.id,
        "product_line": contract.product_line,
        "monthly_amount": Money(amount=contract.monthly_amount, currency=currency),
        "starts_at": contract.starts_at,
        "ends_at": contract.ends_at,
    }


def _conflict(error: ContractConflictError) -> Problem:
    return conflict("contract-conflict", "The contract does not allow it", f"Check the contract: {error}.")


START = FactKind(
    name="contract-start",
    plural="contracts",
    operation="start_contract",
    description="""Record the start of a contract.

    The contract's id is the id of this fact. It runs from `starts_at` until its agreed end, if there is one.
    """,
    request=NewContract,
    resource=ContractStep,
    events=(ContractStarted,),
    decide=decide_start,
    part=ViewPart(item=schemas.Contract, read=list_recent_contracts),
    apply=apply_step,
    save=save_contracts,
)
CHANGE: FactKind[ContractChange] = FactKind(
    name="contract-change",
    plural="contracts",
    path="/contracts/{contract}/change",
    operation="change_contract",
    description="""Record a change of a contract.

    What is not given stays. A change that happened before one already recorded is refused (409), so is any after the
    cancellation.
    """,
    request=ContractChange,
    resource=ContractStep,
    events=(ContractChanged,),
    decide=decide_change,
    related=(Contracts,),
    target=Target("contract", find_contract),
    apply=apply_step,
    save=save_contracts,
)
CANCEL: FactKind[ContractCancellation] = FactKind(
    name="contract-cancel",
    plural="contracts",
    path="/contracts/{contract}/cancel",
    operation="cancel_contract",
    description="""Record the cancellation of a contract.

    It takes effect at `ends_at`, by default at once. A contract is cancelled once; a second cancellation answers 409.
    """,
    request=ContractCancellation,
    resource=ContractStep,
    events=(ContractCancelled,),
    decide=decide_cancellation,
    related=(Contracts,),
    target=Target("contract", find_contract),
    apply=apply_step,
    save=save_contracts,
)
