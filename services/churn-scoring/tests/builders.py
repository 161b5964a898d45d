"""Builders of consumed events; times are days before or after START."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from lealtad.events.catalog import campaigns, complaints
from lealtad.events.catalog import customer_profile as profile
from lealtad.events.catalog.shared_types import FactSource
from lealtad.events.envelope import Event
from lealtad.ids import new_id
from lealtad.money import Money
from lealtad.testing.builders import an_event

START = datetime(2011, 3, 1, 9, tzinfo=UTC)


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def money(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def _fact(customer: UUID, day: float) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "source": FactSource(system="shop", fact_id=str(new_id())),
        "occurred_at": at(day),
        "recorded_at": at(day),
    }


def a_purchase(customer: UUID, day: float = 0, amount: str = "50.00") -> Event[Any]:
    line = profile.PurchaseLine(sku="A1", quantity=Decimal(1), unit_price=Decimal(amount))
    data = profile.PurchaseRecorded(**_fact(customer, day), lines=[line], total=money(amount))
    return an_event(data, key=customer)


def a_return(customer: UUID, day: float = 0, amount: str = "10.00") -> Event[Any]:
    data = profile.PurchaseReturned(**_fact(customer, day), lines=[], total=money(amount))
    return an_event(data, key=customer)


def a_correction(back: Event[Any], amount: str) -> Event[Any]:
    """Build the event by which a return met its purchase, and its refund became `amount`."""
    data = profile.PurchaseReturnUpdated(
        customer_id=back.key,
        return_id=back.id,
        purchase_id=new_id(),
        occurred_at=back.data.occurred_at,
        lines=[],
        total=money(amount),
        previous_total=back.data.total,
    )
    return an_event(data, key=back.key)


def a_payment(customer: UUID, day: float = 0) -> Event[Any]:
    return an_event(profile.PaymentRecorded(**_fact(customer, day), amount=money("50.00")), key=customer)


def a_failed_payment(customer: UUID, day: float = 0) -> Event[Any]:
    return an_event(profile.PaymentFailed(**_fact(customer, day), amount=money("50.00")), key=customer)


def a_touchpoint(customer: UUID, day: float = 0, sentiment: str | None = None) -> Event[Any]:
    data = profile.TouchpointRecorded(
        **_fact(customer, day), kind="call", phase=profile.Phase.POST_SALE, sentiment=sentiment
    )
    return an_event(data, key=customer)


def a_version(
    customer: UUID, day: float, contract: UUID, version: int, *, ends: float | None = None, starts: float = -100
) -> Event[Any]:
    """Return a change that announces this version of the contract; its day says nothing about the order."""
    state = _contract(customer, day, contract, starts, ends)
    return an_event(profile.ContractChanged(**state, version=version, changed_at=at(day)), key=customer)


def a_contract(customer: UUID, day: float, contract: UUID, ends: float | None = None) -> Event[Any]:
    data = profile.ContractStarted(**_contract(customer, day, contract, day, ends))
    return an_event(data, key=customer)


def a_cancellation(customer: UUID, day: float, contract: UUID, ends: float, starts: float = -100) -> Event[Any]:
    data = profile.ContractCancelled(**_contract(customer, day, contract, starts, ends))
    return an_event(data, key=customer)


def _contract(customer: UUID, day: float, contract: UUID, starts: float, ends: float | None) -> dict[str, Any]:
    return {
        **_fact(customer, day),
        "contract_id": contract,
        "product_line": "internet",
        "monthly_amount": money("20.00"),
        "starts_at": at(starts),
        "ends_at": None if ends is None else at(ends),
    }


def a_case(
    customer: UUID | None,
    day: float,
    *,
    case: UUID,
    version: int = 1,
    status: str = "new",
    kind: str = "complaint",
    resolved: float | None = None,
) -> Event[Any]:
    types: dict[str, type[complaints.CaseState]] = {
        "new": complaints.CaseOpened,
        "resolved": complaints.CaseResolved,
        "acknowledged": complaints.CaseAcknowledged,
    }
    data = types[status](
        case_id=case,
        version=version,
        customer_id=customer,
        kind=complaints.CaseKind(kind),
        severity=complaints.Severity.MEDIUM,
        status=complaints.CaseStatus(status),
        mutes=True,
        channel=profile.Channel.WEB,
        opened_at=at(day),
        resolved_at=None if resolved is None else at(resolved),
        occurred_at=at(day if resolved is None else resolved),
    )
    return an_event(data, key=customer or case)


def a_response(customer: UUID, day: float = 0, *, accepted: bool = True) -> Event[Any]:
    offer = campaigns.OfferRef(offer_id=new_id(), key="discount", version=1, kind=campaigns.OfferKind.RETENTION)
    kind = campaigns.OfferAccepted if accepted else campaigns.OfferRejected
    data = kind(
        customer_id=customer,
        decision_id=new_id(),
        response_id=new_id(),
        offer=offer,
        channel=profile.Channel.WEB,
        occurred_at=at(day),
    )
    return an_event(data, key=customer)


def a_customer(
    customer: UUID,
    *,
    sequence: int = 1,
    external_id: str = "",
    status: str = "active",
    profiling_allowed: bool = True,
) -> Event[Any]:
    named = [profile.ExternalId(source="shop", external_id=external_id)] if external_id else []
    data = profile.CustomerRegistered(
        status=profile.CustomerStatus(status),
        provisional=False,
        external_ids=named,
        profiling_allowed=profiling_allowed,
        registered_at=at(-100),
        changed=["external_ids"],
    )
    return an_event(data, key=customer, sequence=sequence)
