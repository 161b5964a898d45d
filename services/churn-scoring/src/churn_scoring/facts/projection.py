"""Folds facts into histories: in O(1) where they come in order, from the stored facts where one comes late."""

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
    Sentiment,
    TouchpointRecorded,
)
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork


async def project_activity(uow: UnitOfWork, events: Sequence[Event[ActivityFact]]) -> None:
    """Fold purchases, returns, payments and touchpoints."""
    await fold(uow, [activity_fact(event) for event in events])


async def project_responses(uow: UnitOfWork, events: Sequence[Event[OfferResponse]]) -> None:
    """Fold answers to offers."""
    await fold(uow, [response_fact(event) for event in events])


async def project_cases(uow: UnitOfWork, events: Sequence[Event[CaseState]]) -> None:
    """Keep the newest version of each case, and its complaint once the customer is known."""
    await CASES.fold(uow, events)
    complaints = {fact.id: fact for event in events if (fact := complaint_fact(event.data))}
    await fold(uow, list(complaints.values()))


async def fold(uow: UnitOfWork, facts: Sequence[Fact]) -> None:
    """Store facts that are new and fold them into their customers' histories."""
    if not facts:
        return
    inserted, histories = await repository.insert_facts(uow.connection, facts)
    if not inserted:
        return
    new = _by_customer({fact.id: fact for fact in facts if fact.id in inserted}.values())
    late = [customer for customer, some in new.items() if not histories[customer].precedes(some[0])]
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
    if case.customer_id is None or case.kind not in COMPLAINT_KINDS:
        return None
    return Fact(case.case_id, case.customer_id, FactKind.COMPLAINT, case.opened_at)
