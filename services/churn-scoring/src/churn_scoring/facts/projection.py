"""The projection of events into facts, histories, contracts and cases.

A fact that comes in order is folded in O(1). A late fact makes the customer's stored facts be folded again.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from churn_scoring.domain.facts import COMPLAINT_KINDS, Fact, FactKind
from churn_scoring.domain.history import fold_all
from churn_scoring.facts import repository
from churn_scoring.facts.models import CASES
from lealtad.events.catalog.campaigns import OfferAccepted, OfferResponse
from lealtad.events.catalog.complaints import CaseState
from lealtad.events.catalog.customer_profile import (
    Fact as ActivityFact,
)
from lealtad.events.catalog.customer_profile import (
    PaymentFailed,
    PurchaseRecorded,
    PurchaseReturned,
    PurchaseReturnUpdated,
    Sentiment,
    TouchpointRecorded,
)
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork

Activity = ActivityFact | PurchaseReturnUpdated


async def project_activity(uow: UnitOfWork, events: Sequence[Event[Activity]]) -> None:
    """Insert purchases, returns, payments and touchpoints, and fold them."""
    await fold(uow, [activity_fact(event) for event in events])


async def project_responses(uow: UnitOfWork, events: Sequence[Event[OfferResponse]]) -> None:
    """Insert answers to offers, and fold them."""
    await fold(uow, [response_fact(event) for event in events])


async def project_cases(uow: UnitOfWork, events: Sequence[Event[CaseState]]) -> None:
    """Update each case to its newest version, and insert its complaint once the customer is known."""
    await CASES.fold(uow, events)
    complaints = {fact.id: fact for event in events if (fact := complaint_fact(event.data))}
    await fold(uow, list(complaints.values()))


async def fold(uow: UnitOfWork, facts: Sequence[Fact]) -> None:
    """Insert new facts, and fold them into their customers' histories."""
    if not facts:
        return
    inserted, histories = await repository.insert_facts(uow.connection, facts)
    if not inserted:
        return
    new = _by_customer({fact.id: fact for fact in facts if fact.id in inserted}.values())
    late = [customer for customer, own in new.items() if not histories[customer].precedes(own[0])]
    for customer in new.keys() - set(late):
        for fact in new[customer]:
            histories[customer].fold(fact)
    if late:
        stored = _by_customer(await repository.read_facts(uow.connection, late))
        histories |= {customer: fold_all(customer, stored[customer]) for customer in late}
    await repository.update_histories(uow.connection, histories.values())


def _by_customer(facts: Iterable[Fact]) -> dict[UUID, list[Fact]]:
    grouped: dict[UUID, list[Fact]] = {}
    for fact in sorted(facts, key=lambda fact: fact.order):
        grouped.setdefault(fact.customer_id, []).append(fact)
    return grouped


def activity_fact(event: Event[Activity]) -> Fact:
    """Return the fact of a purchase, return, payment or touchpoint, or of the correction of a return."""
    data = event.data
    kind, amount = _kind_and_amount(data)
    return Fact(event.id, data.customer_id, kind, data.occurred_at, amount)


def _kind_and_amount(data: Activity) -> tuple[FactKind, Decimal]:
    match data:
        case PurchaseRecorded():
            return FactKind.PURCHASE, data.total.amount
        case PurchaseReturned():
            return FactKind.RETURN, data.total.amount
        case PurchaseReturnUpdated():
            return FactKind.RETURN_CORRECTION, data.total.amount - data.previous_total.amount
        case PaymentFailed():
            return FactKind.PAYMENT_FAILURE, Decimal(0)
        case TouchpointRecorded():
            bad = data.sentiment is Sentiment.NEGATIVE
            return FactKind.NEGATIVE_TOUCHPOINT if bad else FactKind.TOUCHPOINT, Decimal(0)
        case _:
            return FactKind.PAYMENT, Decimal(0)


def response_fact(event: Event[OfferResponse]) -> Fact:
    """Return the fact of an answer to an offer."""
    accepted = isinstance(event.data, OfferAccepted)
    kind = FactKind.OFFER_ACCEPTED if accepted else FactKind.OFFER_REJECTED
    return Fact(event.id, event.data.customer_id, kind, event.data.occurred_at)


def complaint_fact(case: CaseState) -> Fact | None:
    """Return the complaint of a case, or None if its customer is unknown or its kind is no complaint.

    A case is one fact, whichever of its versions comes first.
    """
    if case.customer_id is None or case.kind not in COMPLAINT_KINDS:
        return None
    return Fact(case.case_id, case.customer_id, FactKind.COMPLAINT, case.opened_at)
