"""Deciding on a purchase: one invoice with its lines."""

from typing import Any
from uuid import UUID

from customer_profile.domain.returns import Line, ReturnablePurchase
from customer_profile.facts.kinds import Kind
from customer_profile.facts.kinds.fact_batch import FactBatch, NewFact
from customer_profile.facts.schemas.requests import NewLine, NewPurchase, sum_of
from lealtad.events.catalog.customer_profile import PurchaseLine, PurchaseRecorded
from lealtad.money import Money


def decide_purchase(fact: NewPurchase, fact_id: UUID, common: dict[str, Any], batch: FactBatch) -> NewFact:
    """Return the purchase as it is recorded; its total is what was paid, else the sum of the lines."""
    total = fact.total or value_of(fact.lines, batch.currency)
    event = PurchaseRecorded(**common, lines=event_lines(fact.lines), total=total)
    return NewFact(fact_id, Kind.PURCHASE, event, purchase=bought(event))


def bought(event: PurchaseRecorded) -> ReturnablePurchase:
    """Return a purchase of which nothing came back yet."""
    return ReturnablePurchase(domain_lines(event.lines), event.total.amount, event.total.currency)


def value_of(lines: list[NewLine], currency: str) -> Money:
    """Return the value of `lines`, rounded half to even to the smallest coin."""
    return Money.rounded(sum_of(lines), currency)


def event_lines(lines: list[NewLine]) -> list[PurchaseLine]:
    """Return `lines` as events carry them."""
    return [
        PurchaseLine(sku=line.sku, product_line=line.product_line, quantity=line.quantity, unit_price=line.unit_price)
        for line in lines
    ]


def domain_lines(lines: list[PurchaseLine]) -> tuple[Line, ...]:
    """Return `lines` as the rules of returns see them."""
    return tuple(Line(line.sku, line.quantity, line.unit_price, line.product_line) for line in lines)
