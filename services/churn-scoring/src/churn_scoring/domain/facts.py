"""Facts, of which a customer's history consists."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from lealtad.events.catalog.complaints import CaseKind

COMPLAINT_KINDS = frozenset({CaseKind.COMPLAINT, CaseKind.CLAIM, CaseKind.WARRANTY, CaseKind.RETURN})
"""Kinds of case that report a failure; petitions and suggestions do not."""


class FactKind(StrEnum):
    """The kind of a fact; offers shown are no fact here, since the score decides to whom they are shown."""

    PURCHASE = "purchase"
    RETURN = "return"
    RETURN_CORRECTION = "return-correction"
    PAYMENT = "payment"
    PAYMENT_FAILURE = "payment-failure"
    TOUCHPOINT = "touchpoint"
    NEGATIVE_TOUCHPOINT = "negative-touchpoint"
    COMPLAINT = "complaint"
    OFFER_ACCEPTED = "offer-accepted"
    OFFER_REJECTED = "offer-rejected"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about a customer; facts are ordered by business time, then by id."""

    id: UUID
    customer_id: UUID
    kind: FactKind
    occurred_at: datetime
    amount: Decimal = Decimal(0)
    """Net total of a purchase or return, or what changes that of a return; 0 for other facts."""

    @property
    def order(self) -> tuple[datetime, UUID]:
        """Return the sort key of the fact in the customer's history, however late it arrived."""
        return (self.occurred_at, self.id)


def day_of(moment: datetime) -> int:
    """Return the ordinal of the UTC calendar day, the unit of time of histories and scores."""
    return moment.astimezone(UTC).toordinal()


def start_of(day: int) -> datetime:
    """Return the first moment of a day."""
    return datetime.combine(date.fromordinal(day), datetime.min.time(), UTC)
