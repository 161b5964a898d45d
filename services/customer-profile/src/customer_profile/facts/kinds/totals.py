"""What facts add to their customers' totals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from lealtad.events.catalog.customer_profile import (
    Fact,
    PaymentFailed,
    PaymentRecorded,
    PurchaseRecorded,
    PurchaseReturned,
    TouchpointRecorded,
)

NOTHING = Decimal(0)


@dataclass(slots=True)
class Increment:
    """What the facts of one transaction add to one customer."""

    purchases: int = 0
    purchased: Decimal = NOTHING
    returns: int = 0
    returned: Decimal = NOTHING
    payments: int = 0
    paid: Decimal = NOTHING
    failed_payments: int = 0
    touchpoints: int = 0
    first_purchase_at: datetime | None = None
    last_purchase_at: datetime | None = None
    last_touchpoint_at: datetime | None = None

    def add(self, fact: Fact) -> None:
        """Count one fact in; contracts add nothing."""
        at = fact.occurred_at
        match fact:
            case PurchaseRecorded():
                self.purchases += 1
                self.purchased += fact.total.amount
                self.first_purchase_at = min(self.first_purchase_at or at, at)
                self.last_purchase_at = max(self.last_purchase_at or at, at)
            case PurchaseReturned():
                self.returns += 1
                self.returned += fact.total.amount
            case PaymentRecorded():
                self.payments += 1
                self.paid += fact.amount.amount
            case PaymentFailed():
                self.failed_payments += 1
            case TouchpointRecorded():
                self.touchpoints += 1
                self.last_touchpoint_at = max(self.last_touchpoint_at or at, at)


def increments(facts: Iterable[Fact]) -> dict[UUID, Increment]:
    """Return what `facts` add, by customer."""
    by_customer: dict[UUID, Increment] = {}
    for fact in facts:
        by_customer.setdefault(fact.customer_id, Increment()).add(fact)
    return by_customer
