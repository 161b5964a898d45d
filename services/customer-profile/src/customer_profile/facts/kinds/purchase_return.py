"""Deciding on a return: never more comes back than was bought."""

from typing import Any
from uuid import UUID

from customer_profile.domain.returns import Line, ReturnablePurchase
from customer_profile.facts.kinds import Kind
from customer_profile.facts.kinds.fact_batch import FactBatch, NewFact
from customer_profile.facts.kinds.fact_ref import parse_fact_ref
from customer_profile.facts.kinds.purchase import domain_lines, event_lines, value_of
from customer_profile.facts.schemas.requests import NewReturn
from lealtad.events.catalog.customer_profile import PurchaseLine, PurchaseReturned
from lealtad.http import InvalidField, Problem, conflict, invalid, not_found
from lealtad.money import Money


def decide_return(fact: NewReturn, fact_id: UUID, common: dict[str, Any], batch: FactBatch) -> NewFact:
    """Return the return as it is recorded.

    Against a known purchase it may not exceed what is left of it (409). A purchase that we do not know yet, named by
    its source, leaves the return unmatched. Without a total, lines give back their share of what was paid; without
    both, all that is left comes back.
    """
    purchase_id = purchase_of(fact.purchase, common["customer_id"], batch)
    purchase = batch.purchases[purchase_id] if purchase_id else None
    lines, total = _content(fact, purchase, batch.currency)
    event = PurchaseReturned(**common, purchase_id=purchase_id, lines=lines, total=total, reason=fact.reason)
    if purchase is None:
        return NewFact(fact_id, Kind.RETURN, event)
    left = _less(purchase, domain_lines(lines), total)
    return NewFact(fact_id, Kind.RETURN, event, purchase=left, purchase_id=purchase_id)


def purchase_of(ref: str | None, customer_id: UUID, batch: FactBatch) -> UUID | None:
    """Return the id of the purchase that a fact names; None where it names none, or one we do not know yet.

    Raises 404 for an unknown id of ours, and 409 for another customer's purchase.
    """
    if ref is None:
        return None
    named = parse_fact_ref(ref, "/purchase")
    purchase_id = batch.id_of(named)
    if purchase_id not in batch.purchases:
        if named == purchase_id:
            raise not_found("purchase", purchase_id, "There is no purchase of this id. Name it as system:fact_id.")
        return None
    if batch.owners[purchase_id] != customer_id:
        raise conflict(
            "purchase-of-another-customer",
            "The purchase belongs to another customer",
            "Correct the customer, or the purchase that the fact names.",
        )
    return purchase_id


def _content(fact: NewReturn, purchase: ReturnablePurchase | None, currency: str) -> tuple[list[PurchaseLine], Money]:
    lines = event_lines(fact.lines)
    if fact.total:
        return lines, fact.total
    if lines and purchase is None:
        return lines, value_of(fact.lines, currency)
    if lines and purchase:
        return lines, Money(amount=purchase.refund_for(domain_lines(lines)), currency=currency)
    if purchase is None:
        raise _unspecified()
    remaining = purchase.remaining_lines()
    if not remaining and not purchase.remaining:
        raise _exceeds("nothing is left of the purchase")
    return [_event_line(line) for line in remaining], Money(amount=purchase.remaining, currency=currency)


def _less(purchase: ReturnablePurchase, lines: tuple[Line, ...], total: Money) -> ReturnablePurchase:
    if objection := purchase.violation(lines, total.amount):
        raise _exceeds(objection)
    return purchase.after_return(lines, total.amount)


def _event_line(line: Line) -> PurchaseLine:
    return PurchaseLine(
        sku=line.sku, product_line=line.product_line, quantity=line.quantity, unit_price=line.unit_price
    )


def _exceeds(objection: str) -> Problem:
    return conflict(
        "return-exceeds-purchase",
        "More comes back than was bought",
        f"Correct the return, or leave `purchase` out if it belongs to another one: {objection}.",
    )


def _unspecified() -> Problem:
    hint = "lines with what comes back, or the total that is given back"
    error = InvalidField(pointer="/lines", message="needed, because the purchase is not known", hint=hint)
    return invalid("Say what comes back: the purchase that the return names was not recorded.", [error])
