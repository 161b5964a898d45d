"""Builders of events that other services announce about a customer."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from lealtad.events.catalog.campaigns import OfferAccepted, OfferKind, OfferRef, OfferRejected
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.complaints import (
    CaseKind,
    CaseOpened,
    CaseResolved,
    CaseState,
    CaseStatus,
    Severity,
)
from lealtad.events.catalog.customer_profile import (
    Channel,
    ContractCancelled,
    ContractFact,
    ContractStarted,
    CustomerRegistered,
    CustomerStatus,
    ExternalId,
    PaymentFailed,
    PaymentRecorded,
    Phase,
    PurchaseLine,
    PurchaseRecorded,
    PurchaseReturned,
    PurchaseReturnUpdated,
    Sentiment,
    TouchpointRecorded,
)
from lealtad.events.catalog.shared_types import FactSource
from lealtad.events.envelope import Event
from lealtad.events.model import Causes, EventData
from lealtad.ids import new_id
from lealtad.money import Money
from lealtad.testing.builders import an_event

NOW = datetime(2011, 3, 1, 9, tzinfo=UTC)


def money(amount: Decimal | str | int) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def _fact(customer: UUID, at: datetime) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "source": FactSource(system="shop", fact_id=new_id().hex),
        "occurred_at": at,
        "recorded_at": NOW,
    }


def _lines(amounts: dict[str, Any]) -> list[PurchaseLine]:
    return [
        PurchaseLine(sku="sku", product_line=line, quantity=Decimal(1), unit_price=Decimal(amount))
        for line, amount in amounts.items()
    ]


def purchase(customer: UUID, at: datetime = NOW, **amounts: Any) -> Event[PurchaseRecorded]:
    amounts = amounts or {"mugs": "10.00"}
    total = money(sum(Decimal(amount) for amount in amounts.values()))
    data = PurchaseRecorded(**_fact(customer, at), lines=_lines(amounts), total=total)
    return an_event(data, key=customer)


def returned(customer: UUID, at: datetime = NOW, **amounts: Any) -> Event[PurchaseReturned]:
    amounts = amounts or {"mugs": "10.00"}
    total = money(sum(Decimal(amount) for amount in amounts.values()))
    data = PurchaseReturned(**_fact(customer, at), lines=_lines(amounts), total=total)
    return an_event(data, key=customer)


def corrected(back: Event[PurchaseReturned], total: str) -> Event[PurchaseReturnUpdated]:
    data = PurchaseReturnUpdated(
        customer_id=back.key,
        return_id=back.id,
        purchase_id=new_id(),
        occurred_at=back.data.occurred_at,
        lines=back.data.lines,
        total=money(total),
        previous_total=back.data.total,
    )
    return an_event(data, key=back.key)


def payment(customer: UUID, at: datetime = NOW, amount: Any = 10) -> Event[PaymentRecorded]:
    return an_event(PaymentRecorded(**_fact(customer, at), amount=money(amount)), key=customer)


def failed_payment(customer: UUID, at: datetime = NOW, amount: Any = 10) -> Event[PaymentFailed]:
    return an_event(PaymentFailed(**_fact(customer, at), amount=money(amount)), key=customer)


def touchpoint(customer: UUID, at: datetime = NOW, *, bad: bool = False) -> Event[TouchpointRecorded]:
    sentiment = Sentiment.NEGATIVE if bad else Sentiment.NEUTRAL
    data = TouchpointRecorded(**_fact(customer, at), kind="call", phase=Phase.USE, sentiment=sentiment)
    return an_event(data, key=customer)


def contract(
    customer: UUID,
    contract_id: UUID,
    starts_at: datetime,
    ends_at: datetime | None = None,
    *,
    at: datetime = NOW,
    event: type[ContractFact] = ContractStarted,
    version: int = 0,
) -> Event[Any]:
    data = event(
        **_fact(customer, at),
        contract_id=contract_id,
        product_line="service",
        monthly_amount=money(5),
        starts_at=starts_at,
        ends_at=ends_at,
        version=version,
    )
    return an_event(data, key=customer)


def cancelled(customer: UUID, contract_id: UUID, starts_at: datetime, ends_at: datetime, at: datetime) -> Event[Any]:
    return contract(customer, contract_id, starts_at, ends_at, at=at, event=ContractCancelled)


def case(
    customer: UUID | None,
    case_id: UUID | None = None,
    *,
    version: int = 1,
    status: CaseStatus = CaseStatus.ACKNOWLEDGED,
    at: datetime = NOW,
    mutes: bool = True,
) -> Event[CaseState]:
    event = CaseOpened if status is not CaseStatus.RESOLVED else CaseResolved
    case_id = case_id or new_id()
    data = event(
        case_id=case_id,
        version=version,
        customer_id=customer,
        kind=CaseKind.COMPLAINT if mutes else CaseKind.PETITION,
        severity=Severity.MEDIUM,
        status=status,
        mutes=mutes,
        channel=Channel.CALL_CENTRE,
        opened_at=at,
        occurred_at=at,
    )
    return an_event(data, key=customer or case_id)


def score(
    customer: UUID, probability: Any, band: str | None, *, sequence: int = 1, roots: tuple[UUID, ...] = ()
) -> Event[ChurnScored]:
    data = ChurnScored(
        customer_id=customer,
        probability=None if probability is None else Decimal(probability),
        band=band,
        horizon_days=90,
        policy_version=1,
        as_of=NOW,
        causes=Causes(ids=list(roots), count=len(roots)),
    )
    return an_event(data, key=customer, sequence=sequence)


def response(customer: UUID, at: datetime = NOW, *, accepted: bool) -> Event[Any]:
    event: type[EventData] = OfferAccepted if accepted else OfferRejected
    data = event(
        customer_id=customer,
        decision_id=new_id(),
        response_id=new_id(),
        offer=OfferRef(offer_id=new_id(), key="voucher", version=1, kind=OfferKind.RETENTION),
        channel=Channel.CALL_CENTRE,
        occurred_at=at,
    )
    return an_event(data, key=customer)


def registered(customer: UUID, *, sequence: int = 1, **attributes: Any) -> Event[CustomerRegistered]:
    values: dict[str, Any] = {
        "status": CustomerStatus.ACTIVE,
        "provisional": False,
        "external_ids": [ExternalId(source="shop", external_id=customer.hex)],
        "registered_at": NOW,
        "changed": [],
    }
    return an_event(CustomerRegistered(**(values | attributes)), key=customer, sequence=sequence)
