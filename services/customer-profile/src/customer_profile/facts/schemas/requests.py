"""What callers send: one model per kind of fact, the same alone and in a batch."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from customer_profile.facts import examples
from customer_profile.facts.kinds import Kind
from customer_profile.fields import FactRefText, NonNegativeDecimal, PositiveDecimal
from lealtad.events.catalog.customer_profile import Channel, Phase, Sentiment
from lealtad.http import (
    CustomerRefText,
    FactIdText,
    RequestBody,
    SafeValueError,
    SkuText,
    SlugText,
    SystemText,
    Timestamp,
)
from lealtad.money import LARGEST_AMOUNT, Money

MOST_LINES = 500


class NewFactSource(RequestBody):
    """Where the fact comes from; (system, fact id) names it for ever."""

    system: SystemText
    fact_id: FactIdText
    customer_external_id: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="The customer's id in that system; instead of `customer`"
    )


class FactRequest(RequestBody):
    """What all facts have in common."""

    type: Kind
    source: NewFactSource
    customer: CustomerRefText | None = Field(default=None, description="May be left out with a customer external id")
    occurred_at: Timestamp = Field(description="When it happened (business time)")
    channel: Channel | None = None


class NewLine(RequestBody):
    """One position of an invoice or a return."""

    sku: SkuText
    product_line: SlugText | None = None
    quantity: PositiveDecimal
    unit_price: NonNegativeDecimal


class NewPurchase(FactRequest):
    """An invoice with its lines."""

    model_config = examples.documented(examples.PURCHASE)

    type: Literal[Kind.PURCHASE] = Kind.PURCHASE
    lines: list[NewLine] = Field(min_length=1, max_length=MOST_LINES)
    total: Money | None = Field(
        default=None, description="What was paid, if it is not the sum of the lines (discount, shipping)"
    )

    @model_validator(mode="after")
    def _total_is_sensible(self) -> Self:
        _require_sensible_total(self.lines, self.total)
        return self


class NewReturn(FactRequest):
    """Goods that came back, or an invoice that was cancelled; quantities and total are positive."""

    model_config = examples.documented(examples.RETURN)

    type: Literal[Kind.RETURN] = Kind.RETURN
    purchase: FactRefText | None = Field(default=None, description="The purchase it belongs to, where known")
    lines: list[NewLine] = Field(
        default_factory=list, max_length=MOST_LINES, description="None, with a purchase: all that is left of it"
    )
    total: Money | None = Field(
        default=None,
        description="What is given back. Default: of a known purchase the lines' share of what was paid, else the "
        "sum of the lines",
    )
    reason: SlugText | None = None

    @model_validator(mode="after")
    def _names_what_comes_back(self) -> Self:
        if not (self.lines or self.total or self.purchase):
            raise SafeValueError("say what comes back: its purchase, its lines or its total")
        _require_sensible_total(self.lines, self.total)
        return self


class NewPayment(FactRequest):
    """A payment that arrived, or that was due and failed."""

    model_config = examples.documented(examples.PAYMENT, examples.FAILED_PAYMENT)

    type: Literal[Kind.PAYMENT] = Kind.PAYMENT
    status: Literal["recorded", "failed"] = "recorded"
    amount: Money
    purchase: FactRefText | None = None
    method: SlugText | None = Field(default=None, description="How it was paid; recorded payments only")
    reason: SlugText | None = Field(default=None, description="Why it failed; failed payments only")

    @model_validator(mode="after")
    def _fits_its_status(self) -> Self:
        if self.amount.amount <= 0:
            raise SafeValueError("must be larger than 0", "amount")
        if self.status == "failed" and self.method:
            raise SafeValueError("belongs to a recorded payment; a failed one has a reason", "method")
        if self.status == "recorded" and self.reason:
            raise SafeValueError("belongs to a failed payment only", "reason")
        return self


class NewTouchpoint(FactRequest):
    """Company and customer met: a moment of truth."""

    model_config = examples.documented(examples.TOUCHPOINT)

    type: Literal[Kind.TOUCHPOINT] = Kind.TOUCHPOINT
    kind: SlugText
    phase: Phase
    sentiment: Sentiment | None = None
    aspect: SlugText | None = None


class NewContract(FactRequest):
    """A contract was signed."""

    model_config = examples.documented(examples.CONTRACT_START)

    type: Literal[Kind.CONTRACT_START] = Kind.CONTRACT_START
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
    """What changes and cancellations have in common; the customer is the contract's, and may be left out."""

    contract: FactRefText | None = Field(
        default=None,
        description="Its id, or `system:fact_id` of its start; not needed on a contract's own address",
    )


class ContractChange(ContractStepRequest):
    """Product, price or end of a contract changed."""

    model_config = examples.documented(examples.CONTRACT_CHANGE)

    type: Literal[Kind.CONTRACT_CHANGE] = Kind.CONTRACT_CHANGE
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

    model_config = examples.documented(examples.CONTRACT_CANCEL)

    type: Literal[Kind.CONTRACT_CANCEL] = Kind.CONTRACT_CANCEL
    ends_at: Timestamp | None = Field(default=None, description="When it takes effect; default: at once")
    reason: SlugText | None = None


AnyFactRequest = Annotated[
    NewPurchase | NewReturn | NewPayment | NewTouchpoint | NewContract | ContractChange | ContractCancellation,
    Field(discriminator="type"),
]


def sum_of(lines: list[NewLine]) -> Decimal:
    """Return the value of `lines`, exactly."""
    return sum((line.quantity * line.unit_price for line in lines), Decimal(0))


def _require_sensible_total(lines: list[NewLine], total: Money | None) -> None:
    if total is not None and total.amount < 0:
        raise SafeValueError("must not be negative", "total")
    if sum_of(lines) > LARGEST_AMOUNT:
        raise SafeValueError("are worth more than 14 digits can say; check quantity and unit price", "lines")
