"""Payment: one that arrived, or one that was due and failed."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from customer_profile.facts.kinds.descriptor import FactContext, FactKind, FactList, ViewPart
from customer_profile.facts.kinds.known_purchases import Purchases, names_purchase
from customer_profile.facts.kinds.totals import amount, count
from customer_profile.facts.schemas import FactRequest, RecordedFact, documented
from customer_profile.fields import FactRefText
from lealtad.events.catalog.customer_profile import PaymentFailed, PaymentRecorded
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import SafeValueError, SlugText
from lealtad.money import Money

EXAMPLE = {
    "type": "payment",
    "customer": "web-shop:17850",
    "source": {"system": "web-shop", "fact_id": "pay-1"},
    "occurred_at": "2011-03-01T08:30:00+00:00",
    "amount": {"amount": "35.64", "currency": "EUR"},
    "purchase": "web-shop:536365",
    "method": "card",
}
FAILED_EXAMPLE = {
    **EXAMPLE,
    "source": {"system": "web-shop", "fact_id": "pay-2"},
    "status": "failed",
    "method": None,
    "reason": "insufficient-funds",
}


class NewPayment(FactRequest):
    """A payment that arrived, or that was due and failed."""

    model_config = documented(EXAMPLE, FAILED_EXAMPLE)

    type: Literal["payment"] = "payment"
    status: Literal["recorded", "failed"] = "recorded"
    amount: Money
    purchase: FactRefText | None = None
    method: SlugText | None = Field(default=None, description="The method of payment; recorded payments only")
    reason: SlugText | None = Field(default=None, description="The reason of the failure; failed payments only")

    @model_validator(mode="after")
    def _fits_its_status(self) -> Self:
        if self.amount.amount <= 0:
            raise SafeValueError("must be larger than 0", "amount")
        if self.status == "failed" and self.method:
            raise SafeValueError("belongs to a recorded payment; a failed one has a reason", "method")
        if self.status == "recorded" and self.reason:
            raise SafeValueError("belongs to a failed payment only", "reason")
        return self


class Payment(RecordedFact):
    """A recorded payment: with a method when it arrived, with a reason when it failed."""

    amount: Money
    purchase_id: UUID | None
    method: Slug | None = None
    reason: Slug | None = None


def decide_payment(fact: NewPayment, context: FactContext) -> PaymentRecorded | PaymentFailed:
    """Return the event of the payment; a purchase that is not recorded is not linked."""
    purchase = context.batch.state(Purchases).find(fact.purchase, context)
    purchase_id = purchase.id if purchase else None
    if fact.status == "failed":
        return PaymentFailed(**context.shared, amount=fact.amount, purchase_id=purchase_id, reason=fact.reason)
    return PaymentRecorded(**context.shared, amount=fact.amount, purchase_id=purchase_id, method=fact.method)


def repeats_payment(fact: NewPayment, recorded: PaymentRecorded | PaymentFailed, context: FactContext) -> bool:
    """Return whether a request means the recorded payment, whichever way it names the purchase."""
    if (fact.status == "failed") != isinstance(recorded, PaymentFailed) or fact.amount != recorded.amount:
        return False
    detail = fact.reason == recorded.reason if isinstance(recorded, PaymentFailed) else fact.method == recorded.method
    return detail and names_purchase(fact.purchase, recorded, context.batch)


PAYMENT = FactKind(
    name="payment",
    plural="payments",
    description="""Record a payment that arrived, or one that failed.

    A failed payment is a sign that a customer may leave; say why in `reason`.
    """,
    request=NewPayment,
    resource=Payment,
    events=(PaymentRecorded, PaymentFailed),
    decide=decide_payment,
    listed=FactList(summary="List payments, failed ones too."),
    part=ViewPart(),
    totals=(
        count("payments", PaymentRecorded),
        amount("paid", PaymentRecorded, lambda payment: payment.amount.amount),
        count("failed_payments", PaymentFailed),
    ),
    related=(Purchases,),
    repeats=repeats_payment,
)
