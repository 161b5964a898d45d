"""Purchases, returns, payments, touchpoints and responses to offers, folded into days and totals."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from lealtad.db.recordset import Row
from lealtad.events.catalog.campaigns import OfferAccepted, OfferRejected
from lealtad.events.catalog.customer_profile import (
    PaymentFailed,
    PaymentRecorded,
    PurchaseRecorded,
    PurchaseReturned,
    Sentiment,
    TouchpointRecorded,
)
from lealtad.events.envelope import Event
from lealtad.money import apportion
from lealtad.unit_of_work import UnitOfWork
from segmentation.facts.models import LARGEST
from segmentation.facts.repository import activity as repository

Activity = (
    PurchaseRecorded
    | PurchaseReturned
    | PaymentRecorded
    | PaymentFailed
    | TouchpointRecorded
    | OfferAccepted
    | OfferRejected
)

Measures = dict[str, int | Decimal]
"""Columns of `activity_day` and what is added to them; the largest purchase is not added but kept."""

COUNTED: dict[type[Activity], str] = {
    PurchaseRecorded: "purchases",
    PurchaseReturned: "returns",
    PaymentRecorded: "payments",
    PaymentFailed: "failed_payments",
    TouchpointRecorded: "touchpoints",
    OfferAccepted: "offers_accepted",
    OfferRejected: "offers_rejected",
}
"""The count that a fact of each type adds one to."""


async def project(uow: UnitOfWork, events: Sequence[Event[Activity]]) -> None:
    """Fold facts, in any order; a fact that is stored already adds nothing."""
    facts = {event.id: _fact(event) for event in events}
    await repository.add_activity(uow.connection, list(facts.values()))


def _fact(event: Event[Activity]) -> Row:
    data = event.data
    amount, adds, lines = _reading(data)
    return {
        "event_id": event.id,
        "customer_id": data.customer_id,
        "kind": COUNTED[type(data)],
        "occurred_at": data.occurred_at,
        "amount": amount,
        **adds,
        "lines": [{"product_line": line, **sums} for line, sums in lines.items()],
    }


def _reading(data: Activity) -> tuple[Decimal, Measures, dict[str, Measures]]:
    """Return the amount of a fact, what it adds to its day, and what per product line."""
    adds: Measures = {COUNTED[type(data)]: 1}
    amount, lines = Decimal(0), {}
    match data:
        case PurchaseRecorded(total=total):
            amount = total.amount
            adds |= {"purchase_amount": amount, LARGEST: amount}
            lines = _lines(data, "purchases", "purchase_amount")
        case PurchaseReturned(total=total):
            amount = total.amount
            adds |= {"returned_amount": amount}
            lines = _lines(data, "returns", "returned_amount")
        case PaymentRecorded(amount=paid):
            amount = paid.amount
            adds |= {"paid_amount": amount}
        case PaymentFailed(amount=missed):
            amount = missed.amount
        case TouchpointRecorded(sentiment=Sentiment.NEGATIVE):
            adds |= {"bad_touchpoints": 1}
    return amount, adds, lines


def _lines(data: PurchaseRecorded | PurchaseReturned, count: str, amount: str) -> dict[str, Measures]:
    """Sum the lines of one invoice per product line, which counts once however many lines it has.

    Amounts are shares of the total: of what was paid or given back, whatever the lines are worth at their prices.
    """
    if not any(line.product_line for line in data.lines):
        return {}
    shares = apportion(data.total.amount, [line.quantity * line.unit_price for line in data.lines], data.total.currency)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line, share in zip(data.lines, shares, strict=True):
        if line.product_line:
            sums[line.product_line] += share
    return {name: {count: 1, amount: total} for name, total in sums.items()}
