"""Deciding on a payment that arrived, or failed."""

from typing import Any
from uuid import UUID

from customer_profile.facts.kinds import Kind
from customer_profile.facts.kinds.fact_batch import FactBatch, NewFact
from customer_profile.facts.kinds.purchase_return import purchase_of
from customer_profile.facts.schemas.requests import NewPayment
from lealtad.events.catalog.customer_profile import PaymentFailed, PaymentRecorded


def decide_payment(fact: NewPayment, fact_id: UUID, common: dict[str, Any], batch: FactBatch) -> NewFact:
    """Return the payment as it is recorded; a purchase that we do not know yet is not linked."""
    purchase_id = purchase_of(fact.purchase, common["customer_id"], batch)
    if fact.status == "failed":
        failed = PaymentFailed(**common, amount=fact.amount, purchase_id=purchase_id, reason=fact.reason)
        return NewFact(fact_id, Kind.PAYMENT, failed)
    paid = PaymentRecorded(**common, amount=fact.amount, purchase_id=purchase_id, method=fact.method)
    return NewFact(fact_id, Kind.PAYMENT, paid)
