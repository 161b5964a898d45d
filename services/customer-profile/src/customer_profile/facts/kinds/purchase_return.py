"""Return: goods came back, never more than were bought."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from customer_profile.domain.returns import Line, ReturnablePurchase
from customer_profile.facts.kinds.descriptor import FactContext, FactKind, FactList, NewFact, ViewPart
from customer_profile.facts.kinds.fact_batch import FactBatch
from customer_profile.facts.kinds.purchase import (
    MAX_LINES,
    NewLine,
    Purchases,
    domain_lines,
    event_lines,
    require_sensible_total,
    value_of,
)
from customer_profile.facts.kinds.totals import amount, count
from customer_profile.facts.repository import purchases as repository
from customer_profile.facts.schemas import FactRequest, RecordedFact, documented
from customer_profile.fields import FactRefText
from lealtad.db import Connection
from lealtad.events.catalog.customer_profile import PurchaseLine, PurchaseReturned
from lealtad.http import InvalidField, Problem, SafeValueError, SlugText, conflict, invalid
from lealtad.money import Money

EXAMPLE = {
    "type": "return",
    "source": {"system": "web-shop", "fact_id": "C536379", "customer_external_id": "17850"},
    "occurred_at": "2011-03-01T08:41:00+00:00",
    "purchase": "web-shop:536365",
    "lines": [{"sku": "85123A", "quantity": "1", "unit_price": "2.55"}],
    "reason": "damaged",
}


class NewReturn(FactRequest):
    """Goods that came back, or an invoice that was cancelled; quantities and total are positive."""

    model_config = documented(EXAMPLE)

    type: Literal["return"] = "return"
    purchase: FactRefText | None = Field(default=None, description="The purchase it belongs to, where known")
    lines: list[NewLine] = Field(
        default_factory=list, max_length=MAX_LINES, description="None, with a purchase: all that is left of it"
    )
    total: Money | None = Field(
        default=None,
        description="The refund. Default: for a recorded purchase the lines' share of the amount paid, else the "
        "sum of the lines",
    )
    reason: SlugText | None = None

    @model_validator(mode="after")
    def _names_what_comes_back(self) -> Self:
        if not (self.lines or self.total or self.purchase):
            raise SafeValueError("say what comes back: its purchase, its lines or its total")
        require_sensible_total(self.lines, self.total)
        return self


class Return(RecordedFact, PurchaseReturned):
    """A recorded return; without `purchase_id` it is unmatched."""


def decide_return(fact: NewReturn, context: FactContext) -> PurchaseReturned:
    """Return the event of the return.

    Against a recorded purchase it may not exceed what is left of it (409). A purchase that is not recorded leaves the
    return unmatched. Without a total, lines give back their share of what was paid; without both, all that is left
    comes back.
    """
    purchases = context.batch.state(Purchases)
    purchase_id = purchases.find(fact.purchase, context)
    purchase = purchases.by_id[purchase_id] if purchase_id else None
    lines, total = _content(fact, purchase, context.batch.currency)
    if purchase and (violation := purchase.violation(domain_lines(lines), total.amount)):
        raise _exceeds(violation)
    return PurchaseReturned(**context.shared, purchase_id=purchase_id, lines=lines, total=total, reason=fact.reason)


def apply_return(batch: FactBatch, fact: NewFact) -> None:
    """Let later facts of the batch see what is left of the purchase."""
    if isinstance(fact.event, PurchaseReturned) and fact.event.purchase_id:
        purchases, purchase_id = batch.state(Purchases), fact.event.purchase_id
        left = purchases.by_id[purchase_id].after_return(domain_lines(fact.event.lines), fact.event.total.amount)
        purchases.put(purchase_id, fact.event.customer_id, left)


async def save_matches(connection: Connection, facts: Sequence[NewFact]) -> None:
    """Write which returns belong to which purchases."""
    matches = {
        fact.id: fact.event.purchase_id
        for fact in facts
        if isinstance(fact.event, PurchaseReturned) and fact.event.purchase_id
    }
    if matches:
        await repository.insert_matches(connection, matches)


def _content(fact: NewReturn, purchase: ReturnablePurchase | None, currency: str) -> tuple[list[PurchaseLine], Money]:
    lines = event_lines(fact.lines)
    if fact.total:
        return lines, fact.total
    if lines and purchase is None:
        return lines, value_of(fact.lines, currency)
    if lines and purchase:
        return lines, _refund(purchase, lines, currency)
    if purchase is None:
        raise _unspecified()
    remaining = purchase.remaining_lines()
    if not remaining and not purchase.remaining:
        raise _exceeds("nothing is left of the purchase")
    return [_event_line(line) for line in remaining], Money(amount=purchase.remaining, currency=currency)


def _refund(purchase: ReturnablePurchase, lines: list[PurchaseLine], currency: str) -> Money:
    return Money(amount=purchase.refund_for(domain_lines(lines)), currency=currency)


def _event_line(line: Line) -> PurchaseLine:
    return PurchaseLine(
        sku=line.sku, product_line=line.product_line, quantity=line.quantity, unit_price=line.unit_price
    )


def _exceeds(violation: str) -> Problem:
    return conflict(
        "return-exceeds-purchase",
        "More comes back than was bought",
        f"Correct the return, or leave `purchase` out if it belongs to another one: {violation}.",
    )


def _unspecified() -> Problem:
    hint = "lines with what comes back, or the total that is given back"
    error = InvalidField(pointer="/lines", message="needed, because the purchase is not known", hint=hint)
    return invalid("Say what comes back: the purchase that the return names was not recorded.", [error])


RETURN = FactKind(
    name="return",
    plural="returns",
    description="""Record a return.

    With a purchase that we know it may not exceed what is left of it (409), and without lines all that is left comes
    back. With a purchase that was not recorded, or none, it is kept unmatched.
    """,
    request=NewReturn,
    resource=Return,
    events=(PurchaseReturned,),
    decide=decide_return,
    listed=FactList(),
    part=ViewPart(),
    totals=(
        count("returns", PurchaseReturned),
        amount("returned", PurchaseReturned, lambda returned: returned.total.amount),
    ),
    related=(Purchases,),
    apply=apply_return,
    save=save_matches,
)
