"""What a customer's history is made of."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from lealtad.events.catalog.complaints import CaseKind

COMPLAINT_KINDS = frozenset({CaseKind.COMPLAINT, CaseKind.CLAIM, CaseKind.WARRANTY, CaseKind.RETURN})
"""Kinds of case that say something went wrong; petitions and suggestions do not."""


class FactKind(StrEnum):
    """What happened; offers that were merely shown are not here, since who is shown one depends on the score."""

    PURCHASE = "purchase"
    RETURN = "return"
    PAYMENT = "payment"
    PAYMENT_FAILURE = "payment-failure"
    TOUCHPOINT = "touchpoint"
    NEGATIVE_TOUCHPOINT = "negative-touchpoint"
    COMPLAINT = "complaint"
    OFFER_ACCEPTED = "offer-accepted"
    OFFER_REJECTED = "offer-rejected"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact about one customer; facts are ordered by business time, then by id."""

    id: UUID
    customer_id: UUID
    kind: FactKind
    occurred_at: datetime
    amount: Decimal = Decimal(0)
    """Net total of a purchase or return in the reporting currency; 0 for other facts."""

    @property
    def order(self) -> tuple[datetime, UUID]:
        """Where the fact stands in the customer's history, however late it arrived."""
        return (self.occurred_at, self.id)


def day_of(moment: datetime) -> int:
    """Return the UTC calendar day as its proleptic ordinal: the unit in which histories and scores count time."""
    return moment.astimezone(UTC).toordinal()


def start_of(day: int) -> datetime:
    """Return the first moment of a day."""
    return datetime.combine(date.fromordinal(day), datetime.min.time(), UTC)
