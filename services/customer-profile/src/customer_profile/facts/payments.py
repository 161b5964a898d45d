"""Deciding on a payment that arrived, or failed."""

from typing import Any
from uuid import UUID

from customer_profile.facts.inputs import PaymentIn
from customer_profile.facts.kinds import Kind
from customer_profile.facts.ledger import Draft, Ledger
from customer_profile.facts.returns import purchase_of
from lealtad.events.catalog.customer_profile import PaymentFailed, PaymentRecorded


def draft_payment(fact: PaymentIn, fact_id: UUID, common: dict[str, Any], ledger: Ledger) -> Draft:
    """Return the payment as it is recorded; a purchase that we do not know yet is not linked."""
    purchase_id = purchase_of(fact.purchase, common["customer_id"], ledger)
    if fact.status == "failed":
        failed = PaymentFailed(**common, amount=fact.amount, purchase_id=purchase_id, reason=fact.reason)
        return Draft(fact_id, Kind.PAYMENT, failed)
    paid = PaymentRecorded(**common, amount=fact.amount, purchase_id=purchase_id, method=fact.method)
    return Draft(fact_id, Kind.PAYMENT, paid)
