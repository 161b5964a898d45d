"""Projection of purchases, returns, payments, touchpoints and responses to offers into days and totals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from lealtad.db.recordset import Row
from lealtad.events.catalog.campaigns import OfferAccepted, OfferRejected
from lealtad.events.catalog.customer_profile import (
    PaymentFailed,
    PaymentRecorded,
    PurchaseLine,
    PurchaseRecorded,
    PurchaseReturned,
    PurchaseReturnUpdated,
    Sentiment,
    TouchpointRecorded,
)
from lealtad.events.envelope import Event
from lealtad.money import Money, apportion
from lealtad.unit_of_work import UnitOfWork
from segmentation.facts.models import LARGEST
from segmentation.facts.repository import add_activity

Activity = (
    PurchaseRecorded
    | PurchaseReturned
    | PurchaseReturnUpdated
    | PaymentRecorded
    | PaymentFailed
    | TouchpointRecorded
    | OfferAccepted
    | OfferRejected
)

Measures = dict[str, int | Decimal]
"""Amounts to add by column of `activity_day`; the largest purchase is kept, not added."""

COUNTED: dict[type[Activity], str] = {
    PurchaseRecorded: "purchases",
    PurchaseReturned: "returns",
    PaymentRecorded: "payments",
    PaymentFailed: "failed_payments",
    TouchpointRecorded: "touchpoints",
    OfferAccepted: "offers_accepted",
    OfferRejected: "offers_rejected",
}
"""The count that a fact of each type increases by one."""

CORRECTION = "return_update"
"""The kind of what corrects the amount of a return, and counts as no fact."""


async def project_activity(uow: UnitOfWork, events: Sequence[Event[Activity]]) -> None:
    """Insert facts in any order and add them to days and totals; a fact that is stored already adds nothing."""
    facts = {event.id: _fact(event) for event in events}
    await add_activity(uow.connection, list(facts.values()))


def _fact(event: Event[Activity]) -> Row:
    data = event.data
    amount, adds, lines = _measures(data)
    return {
        "event_id": event.id,
        "customer_id": data.customer_id,
        "kind": COUNTED.get(type(data), CORRECTION),
        "occurred_at": data.occurred_at,
        "amount": amount,
        **adds,
        "lines": [{"product_line": line, **sums} for line, sums in lines.items()],
    }


def _measures(data: Activity) -> tuple[Decimal, Measures, dict[str, Measures]]:
    """Return the amount of a fact, its measures for the day, and its measures per product line."""
    adds: Measures = {COUNTED[type(data)]: 1} if type(data) in COUNTED else {}
    amount, lines = Decimal(0), {}
    match data:
        case PurchaseRecorded(total=total):
            amount = total.amount
            adds |= {"purchase_amount": amount, LARGEST: amount}
            lines = _lines(data.lines, total, {"purchases": 1}, "purchase_amount")
        case PurchaseReturned(total=total):
            amount = total.amount
            adds |= {"returned_amount": amount}
            lines = _lines(data.lines, total, {"returns": 1}, "returned_amount")
        case PurchaseReturnUpdated(total=total, previous_total=previous):
            amount = total.amount - previous.amount
            adds |= {"returned_amount": amount}
            lines = _corrections(data)
        case PaymentRecorded(amount=paid):
            amount = paid.amount
            adds |= {"paid_amount": amount}
        case PaymentFailed(amount=missed):
            amount = missed.amount
        case TouchpointRecorded(sentiment=Sentiment.NEGATIVE):
            adds |= {"bad_touchpoints": 1}
    return amount, adds, lines


def _lines(lines: Sequence[PurchaseLine], total: Money, counted: Mapping[str, int], amount: str) -> dict[str, Measures]:
    """Return the measures of one invoice per product line, each counted once for all its lines."""
    return {name: {**counted, amount: share} for name, share in _shares(lines, total).items()}


def _corrections(update: PurchaseReturnUpdated) -> dict[str, Measures]:
    """Return the differences of the shares per product line."""
    before, after = _shares(update.lines, update.previous_total), _shares(update.lines, update.total)
    return {name: {"returned_amount": share - before[name]} for name, share in after.items()}


def _shares(lines: Sequence[PurchaseLine], total: Money) -> dict[str, Decimal]:
    """Return the share of each product line in a total.

    Amounts are shares of the total that was paid or given back, whatever the lines are worth at their prices.
    """
    if not any(line.product_line for line in lines):
        return {}
    shares = apportion(total.amount, [line.quantity * line.unit_price for line in lines], total.currency)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line, share in zip(lines, shares, strict=True):
        if line.product_line:
            sums[line.product_line] += share
    return sums
