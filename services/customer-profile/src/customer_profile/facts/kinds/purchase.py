"""Purchase: one invoice with its lines."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from customer_profile.facts.kinds.descriptor import FactContext, FactKind, FactList, NewFact, ViewPart
from customer_profile.facts.kinds.fact_batch import FactBatch
from customer_profile.facts.kinds.fact_ref import Source
from customer_profile.facts.kinds.known_purchases import Purchases, match_waiting
from customer_profile.facts.kinds.totals import amount, count, first, last
from customer_profile.facts.schemas import FactRequest, RecordedFact, documented
from customer_profile.fields import NonNegativeDecimal, PositiveDecimal
from lealtad.events.catalog.customer_profile import PurchaseLine, PurchaseRecorded
from lealtad.http import RequestBody, SafeValueError, SkuText, SlugText
from lealtad.money import LARGEST_AMOUNT, Money

MAX_LINES = 500
EXAMPLE = {
    "type": "purchase",
    "customer": "web-shop:17850",
    "source": {"system": "web-shop", "fact_id": "536365"},
    "occurred_at": "2011-03-01T08:26:00+00:00",
    "channel": "web",
    "lines": [
        {"sku": "85123A", "product_line": "lighting", "quantity": "6", "unit_price": "2.55"},
        {"sku": "71053", "product_line": "lighting", "quantity": "6", "unit_price": "3.39"},
    ],
}


class NewLine(RequestBody):
    """One position of an invoice or a return."""

    sku: SkuText
    product_line: SlugText | None = None
    quantity: PositiveDecimal
    unit_price: NonNegativeDecimal


class NewPurchase(FactRequest):
    """An invoice with its lines."""

    model_config = documented(EXAMPLE)

    type: Literal["purchase"] = "purchase"
    lines: list[NewLine] = Field(min_length=1, max_length=MAX_LINES)
    total: Money | None = Field(
        default=None, description="The amount paid, if it is not the sum of the lines (discount, shipping)"
    )

    @model_validator(mode="after")
    def _total_is_sensible(self) -> Self:
        require_sensible_total(self.lines, self.total)
        return self


class Purchase(RecordedFact, PurchaseRecorded):
    """A recorded purchase."""


def decide_purchase(fact: NewPurchase, context: FactContext) -> PurchaseRecorded:
    """Return the event of the purchase; its total is the amount paid, else the sum of the lines."""
    total = fact.total or value_of(fact.lines, context.batch.currency)
    return PurchaseRecorded(**context.shared, lines=event_lines(fact.lines), total=total)


def apply_purchase(batch: FactBatch, fact: NewFact) -> None:
    """Let later facts of the batch name the purchase, and match the returns that came before it."""
    if isinstance(fact.event, PurchaseRecorded):
        purchase = batch.state(Purchases).put(fact.id, fact.event)
        match_waiting(batch, purchase, Source(fact.event.source.system, fact.event.source.fact_id))


def value_of(lines: Sequence[NewLine], currency: str) -> Money:
    """Return the value of `lines`, rounded half to even to the smallest coin."""
    return Money.rounded(_sum_of(lines), currency)


def event_lines(lines: Sequence[NewLine]) -> list[PurchaseLine]:
    """Return `lines` as events carry them."""
    return [
        PurchaseLine(sku=line.sku, product_line=line.product_line, quantity=line.quantity, unit_price=line.unit_price)
        for line in lines
    ]


def require_sensible_total(lines: Sequence[NewLine], total: Money | None) -> None:
    """Raise an error for a negative total, and for lines that are worth more than an amount can hold."""
    if total is not None and total.amount < 0:
        raise SafeValueError("must not be negative", "total")
    if _sum_of(lines) > LARGEST_AMOUNT:
        raise SafeValueError("are worth more than 14 digits can say; check quantity and unit price", "lines")


def _sum_of(lines: Sequence[NewLine]) -> Decimal:
    return sum((line.quantity * line.unit_price for line in lines), Decimal(0))


def _total(event: Any) -> Decimal:
    total: Decimal = event.total.amount
    return total


PURCHASE = FactKind(
    name="purchase",
    plural="purchases",
    description="""Record a purchase.

    One invoice with up to 500 lines. The customer may be named by its id in the source system; a customer nobody knows
    becomes a provisional one, if the intake policy says so. Sent again with the same (system, fact id) and content it
    answers 200 with the recorded purchase, with other content 409. Returns that named it before it came are matched
    to it.
    """,
    request=NewPurchase,
    resource=Purchase,
    events=(PurchaseRecorded,),
    decide=decide_purchase,
    listed=FactList(single="Read a purchase.", of_customer=True),
    part=ViewPart(),
    totals=(
        count("purchases", PurchaseRecorded),
        amount("purchased", PurchaseRecorded, _total),
        first("first_purchase_at", PurchaseRecorded),
        last("last_purchase_at", PurchaseRecorded),
    ),
    apply=apply_purchase,
)
