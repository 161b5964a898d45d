"""From events of other services to the facts that scores depend on."""

from decimal import Decimal

from churn_scoring.domain.facts import Fact, FactKind
from lealtad.events.catalog.campaigns import OfferAccepted, OfferResponse
from lealtad.events.catalog.complaints import CaseKind, CaseState
from lealtad.events.catalog.customer_profile import (
    Fact as ActivityFact,
)
from lealtad.events.catalog.customer_profile import (
    PaymentFailed,
    PurchaseRecorded,
    PurchaseReturned,
    Sentiment,
    TouchpointRecorded,
)
from lealtad.events.envelope import Event

COMPLAINING = frozenset({CaseKind.COMPLAINT, CaseKind.CLAIM, CaseKind.WARRANTY, CaseKind.RETURN})
"""Kinds of case that say something went wrong; petitions and suggestions do not."""


def activity_fact(event: Event[ActivityFact]) -> Fact:
    """Return what a purchase, return, payment or touchpoint means for the history."""
    data = event.data
    kind, amount = _kind_and_amount(data)
    return Fact(event.id, data.customer_id, kind, data.occurred_at, amount)


def _kind_and_amount(data: ActivityFact) -> tuple[FactKind, Decimal]:
    match data:
        case PurchaseRecorded():
            return FactKind.PURCHASE, data.total.amount
        case PurchaseReturned():
            return FactKind.RETURN, data.total.amount
        case PaymentFailed():
            return FactKind.PAYMENT_FAILURE, Decimal(0)
        case TouchpointRecorded():
            bad = data.sentiment is Sentiment.NEGATIVE
            return FactKind.NEGATIVE_TOUCHPOINT if bad else FactKind.TOUCHPOINT, Decimal(0)
        case _:
            return FactKind.PAYMENT, Decimal(0)


def response_fact(event: Event[OfferResponse]) -> Fact:
    """Return what the answer to an offer means for the history."""
    accepted = isinstance(event.data, OfferAccepted)
    kind = FactKind.OFFER_ACCEPTED if accepted else FactKind.OFFER_REJECTED
    return Fact(event.id, event.data.customer_id, kind, event.data.occurred_at)


def complaint_fact(case: CaseState) -> Fact | None:
    """Return the complaint that a case of a known customer is: one fact, whichever of its records comes first."""
    if case.customer_id is None or case.kind not in COMPLAINING:
        return None
    return Fact(case.case_id, case.customer_id, FactKind.COMPLAINT, case.opened_at)
