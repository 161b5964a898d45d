"""Contract: it starts, changes, is cancelled and stays after all; four kinds of facts with one state."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from customer_profile.domain.contracts import Terms
from customer_profile.facts.contracts import schemas
from customer_profile.facts.contracts.queries import list_recent_contracts
from customer_profile.facts.contracts.steps.schemas import ContractStep
from customer_profile.facts.kinds.contract_steps import (
    Contracts,
    apply_start,
    apply_step,
    decide_step,
    find_contract,
    missing_start,
    save_steps,
    stated_terms,
    waiting_step,
)
from customer_profile.facts.kinds.descriptor import FactContext, FactKind, Target, ViewPart, Waiting
from customer_profile.facts.kinds.fact_batch import FactBatch
from customer_profile.facts.schemas import FactRequest, documented
from customer_profile.fields import FactRefText
from lealtad.events.catalog.customer_profile import (
    ContractCancellationRevoked,
    ContractCancelled,
    ContractChanged,
    ContractStarted,
)
from lealtad.http import SafeValueError, SlugText, Timestamp
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
REVOKE_EXAMPLE = {
    "type": "contract-revoke-cancellation",
    "source": {"system": "billing", "fact_id": "K-2011-1-zz"},
    "occurred_at": "2011-03-01T08:25:00+00:00",
    "contract": "billing:K-2011-1",
    "reason": "better-price",
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
    """Fields that the steps after the start share; the customer is the contract's, and may be left out."""

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
    ends_at: Timestamp | None = Field(default=None, description="null: the contract has no end; left out: it stays")

    @property
    def takes_end_away(self) -> bool:
        """Whether the change makes the contract open-ended."""
        return "ends_at" in self.model_fields_set and self.ends_at is None

    def content(self) -> dict[str, Any]:
        """Return the members, and whether a null stands for the end."""
        return {**dict(self), **({"open_ended": True} if self.takes_end_away else {})}

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        for name in ("product_line", "monthly_amount"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise SafeValueError("cannot be taken away; leave it out, and it stays", name)
        if not (self.product_line or self.monthly_amount or "ends_at" in self.model_fields_set):
            raise SafeValueError("say what changes: product_line, monthly_amount or ends_at")
        if self.monthly_amount and self.monthly_amount.amount < 0:
            raise SafeValueError("must not be negative", "monthly_amount")
        return self


class ContractCancellation(ContractStepRequest):
    """Customer or company cancelled a contract."""

    model_config = documented(CANCEL_EXAMPLE)

    type: Literal["contract-cancel"] = "contract-cancel"
    ends_at: Timestamp | None = Field(default=None, description="The end of the contract; default, and null: at once")
    reason: SlugText | None = None


class CancellationRevocation(ContractStepRequest):
    """A cancellation was taken back: the customer stays."""

    model_config = documented(REVOKE_EXAMPLE)

    type: Literal["contract-revoke-cancellation"] = "contract-revoke-cancellation"
    reason: SlugText | None = None


def decide_start(fact: NewContract, context: FactContext) -> ContractStarted:
    """Return the event of the start; the contract's id is the fact's."""
    starts_at = fact.starts_at or fact.occurred_at
    return ContractStarted(
        **context.shared,
        contract_id=context.id,
        product_line=fact.product_line,
        monthly_amount=fact.monthly_amount,
        starts_at=starts_at,
        ends_at=fact.ends_at,
        version=1,
        changed_at=fact.occurred_at,
        stated=stated_terms(_start_terms(fact), context.batch.currency),
    )


def decide_change(fact: ContractChange, context: FactContext) -> ContractChanged:
    """Return the event of the change; raise 404 for an unknown contract, 409 where its start does not allow it."""
    return ContractChanged(**decide_step(fact, terms_of(fact), context))


def decide_cancellation(fact: ContractCancellation, context: FactContext) -> ContractCancelled:
    """Return the event of the cancellation; raise 404 for an unknown contract."""
    return ContractCancelled(**decide_step(fact, terms_of(fact), context, fact.reason), reason=fact.reason)


def decide_revocation(fact: CancellationRevocation, context: FactContext) -> ContractCancellationRevoked:
    """Return the event of the revocation; raise 404 for an unknown contract."""
    return ContractCancellationRevoked(**decide_step(fact, Terms(), context, fact.reason), reason=fact.reason)


def _start_terms(fact: NewContract) -> Terms:
    return Terms(fact.product_line, fact.monthly_amount.amount, fact.ends_at, open_ended=fact.ends_at is None)


def terms_of(fact: FactRequest) -> Terms:
    """Return the terms that a step states."""
    match fact:
        case ContractChange():
            amount = fact.monthly_amount.amount if fact.monthly_amount else None
            return Terms(fact.product_line, amount, fact.ends_at, open_ended=fact.takes_end_away)
        case ContractCancellation():
            return Terms(ends_at=fact.ends_at or fact.occurred_at)
    return Terms()


def document_waiting(fact: FactRequest, batch: FactBatch) -> dict[str, Any]:
    """Return the fields of a step whose start is not recorded yet."""
    return waiting_step(fact, terms_of(fact), batch)


ANY_ORDER = """Steps of a contract may arrive in any order: the state is what they give by the time they happened. A
    step without an effect is kept, and says why (`in_effect`, `no_effect_reason`). A step whose start is named as
    `system:fact_id` and is not recorded yet waits for it: the answer is 201 without a contract, reason `start-unknown`.
    """
WAITING: Waiting[Any] = Waiting(missing=missing_start, document=document_waiting)
TARGET = Target("contract", find_contract)

START = FactKind(
    name="contract-start",
    plural="contracts",
    operation="start_contract",
    description="""Record the start of a contract.

    The contract's id is the id of this fact. It runs from `starts_at` until its agreed end, if there is one. Steps that
    came before their start take effect now.
    """,
    request=NewContract,
    resource=ContractStep,
    events=(ContractStarted,),
    decide=decide_start,
    part=ViewPart(item=schemas.Contract, read=list_recent_contracts),
    awaited=True,
    apply=apply_start,
    save=save_steps,
)
CHANGE: FactKind[ContractChange] = FactKind(
    name="contract-change",
    plural="contracts",
    path="/contracts/{contract}/change",
    operation="change_contract",
    description=f"""Record a change of a contract.

    What is not given stays; `ends_at: null` takes the end away. {ANY_ORDER}""",
    request=ContractChange,
    resource=ContractStep,
    events=(ContractChanged,),
    decide=decide_change,
    related=(Contracts,),
    target=TARGET,
    waiting=WAITING,
    apply=apply_step,
    save=save_steps,
)
CANCEL: FactKind[ContractCancellation] = FactKind(
    name="contract-cancel",
    plural="contracts",
    path="/contracts/{contract}/cancel",
    operation="cancel_contract",
    description=f"""Record the cancellation of a contract.

    It takes effect at `ends_at`, by default at once. An end that is not after the start says that the contract never
    ran. Of several cancellations the first counts. {ANY_ORDER}""",
    request=ContractCancellation,
    resource=ContractStep,
    events=(ContractCancelled,),
    decide=decide_cancellation,
    related=(Contracts,),
    target=TARGET,
    waiting=WAITING,
    apply=apply_step,
    save=save_steps,
)
REVOKE: FactKind[CancellationRevocation] = FactKind(
    name="contract-revoke-cancellation",
    plural="contracts",
    path="/contracts/{contract}/revoke-cancellation",
    operation="revoke_contract_cancellation",
    description=f"""Record that the cancellation of a contract was taken back.

    The customer stays: the contract goes on as if it had not been cancelled, with the changes that were recorded
    meanwhile. {ANY_ORDER}""",
    request=CancellationRevocation,
    resource=ContractStep,
    events=(ContractCancellationRevoked,),
    decide=decide_revocation,
    related=(Contracts,),
    target=TARGET,
    waiting=WAITING,
    apply=apply_step,
    save=save_steps,
)
