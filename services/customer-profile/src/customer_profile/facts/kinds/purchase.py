"""Purchase: one invoice with its lines."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from customer_profile.domain.returns import Line, ReturnablePurchase
from customer_profile.facts.kinds.descriptor import FactContext, FactKind, FactList, NewFact, ViewPart
from customer_profile.facts.kinds.fact_batch import FactBatch, RelatedState
from customer_profile.facts.kinds.fact_ref import FactRefs, Source, parse_fact_ref
from customer_profile.facts.kinds.totals import amount, count, first, last
from customer_profile.facts.repository import purchases as repository
from customer_profile.facts.schemas import FactRequest, RecordedFact, documented
from customer_profile.fields import NonNegativeDecimal, PositiveDecimal
from lealtad.db import Connection
from lealtad.events.catalog.customer_profile import PurchaseLine, PurchaseRecorded, PurchaseReturned
from lealtad.http import RequestBody, SafeValueError, SkuText, SlugText, conflict, not_found
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


class Purchases(RelatedState):
    """The purchases that the facts of a batch name, with their returns so far."""

    field = "purchase"

    def __init__(self) -> None:
        self.by_id: dict[UUID, ReturnablePurchase] = {}
        self._customers: dict[UUID, UUID] = {}

    async def load(self, connection: Connection, refs: FactRefs) -> Mapping[Source, UUID]:
        """Load the purchases that `refs` name."""
        rows = await repository.find_purchases(connection, refs)
        for row in rows:
            purchase = returnable(PurchaseRecorded.model_validate(row.data))
            for data in row.returns:
                returned = PurchaseReturned.model_validate(data)
                purchase = purchase.after_return(domain_lines(returned.lines), returned.total.amount)
            self.put(row.id, row.customer_id, purchase)
        return {Source(row.source_system, row.source_fact_id): row.id for row in rows}

    def put(self, purchase_id: UUID, customer_id: UUID, purchase: ReturnablePurchase) -> None:
        """Keep the new state of a purchase."""
        self.by_id[purchase_id] = purchase
        self._customers[purchase_id] = customer_id

    def find(self, ref: str | None, context: FactContext) -> UUID | None:
        """Return the id of the purchase that a fact names; None if it names none, or one that is not recorded.

        Raise 404 for an unknown id of ours, and 409 for the purchase of another customer.
        """
        if ref is None:
            return None
        named = parse_fact_ref(ref, "/purchase")
        purchase_id = context.batch.id_of(named)
        if purchase_id is None or purchase_id not in self.by_id:
            if named == purchase_id:
                raise not_found("purchase", purchase_id, "There is no purchase of this id. Name it as system:fact_id.")
            return None
        if self._customers[purchase_id] != context.customer_id:
            raise conflict(
                "purchase-of-another-customer",
                "The purchase belongs to another customer",
                "Correct the customer, or the purchase that the fact names.",
            )
        return purchase_id


def decide_purchase(fact: NewPurchase, context: FactContext) -> PurchaseRecorded:
    """Return the event of the purchase; its total is the amount paid, else the sum of the lines."""
    total = fact.total or value_of(fact.lines, context.batch.currency)
    return PurchaseRecorded(**context.shared, lines=event_lines(fact.lines), total=total)


def apply_purchase(batch: FactBatch, fact: NewFact) -> None:
    """Let later facts of the batch name the purchase."""
    if isinstance(fact.event, PurchaseRecorded):
        batch.state(Purchases).put(fact.id, fact.event.customer_id, returnable(fact.event))


def returnable(event: PurchaseRecorded) -> ReturnablePurchase:
    """Return a purchase without returns."""
    return ReturnablePurchase(domain_lines(event.lines), event.total.amount, event.total.currency)


def value_of(lines: Sequence[NewLine], currency: str) -> Money:
    """Return the value of `lines`, rounded half to even to the smallest coin."""
    return Money.rounded(_sum_of(lines), currency)


def event_lines(lines: Sequence[NewLine]) -> list[PurchaseLine]:
    """Return `lines` as events carry them."""
    return [
        PurchaseLine(sku=line.sku, product_line=line.product_line, quantity=line.quantity, unit_price=line.unit_price)
        for line in lines
    ]


def domain_lines(lines: Sequence[PurchaseLine]) -> tuple[Line, ...]:
    """Return `lines` as the rules of returns see them."""
    return tuple(Line(line.sku, line.quantity, line.unit_price, line.product_line) for line in lines)


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
    answers 200 with the recorded purchase, with other content 409.
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
