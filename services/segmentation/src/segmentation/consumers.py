"""Which events are folded by which feature."""

from collections.abc import Sequence
from typing import Any

from lealtad.events.catalog.campaigns import OfferAccepted, OfferRejected
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.complaints import CaseState
from lealtad.events.catalog.customer_profile import (
    ContractCancelled,
    ContractChanged,
    ContractStarted,
    PaymentFailed,
    PaymentRecorded,
    PurchaseRecorded,
    PurchaseReturned,
    TouchpointRecorded,
)
from lealtad.events.envelope import Event
from lealtad.events.subscriptions import CASE_STATES, CUSTOMER_STATES
from lealtad.kafka.projections import Projections
from lealtad.unit_of_work import UnitOfWork
from segmentation.customers.models import CUSTOMERS
from segmentation.facts import activity, cases, contracts, scores

projections = Projections()


projections.on(*CUSTOMER_STATES)(CUSTOMERS.fold)


@projections.on(
    PurchaseRecorded,
    PurchaseReturned,
    PaymentRecorded,
    PaymentFailed,
    TouchpointRecorded,
    OfferAccepted,
    OfferRejected,
)
async def fold_activity(uow: UnitOfWork, events: Sequence[Event[Any]]) -> None:
    """Add facts to the days of customers."""
    await activity.project(uow, events)


@projections.on(ContractStarted, ContractChanged, ContractCancelled)
async def fold_contracts(uow: UnitOfWork, events: Sequence[Event[Any]]) -> None:
    """Keep the newest state of contracts."""
    await contracts.project(uow, events)


@projections.on(*CASE_STATES)
async def fold_cases(uow: UnitOfWork, events: Sequence[Event[CaseState]]) -> None:
    """Keep the newest state of cases."""
    await cases.project(uow, events)


@projections.on(ChurnScored)
async def fold_scores(uow: UnitOfWork, events: Sequence[Event[ChurnScored]]) -> None:
    """Keep the newest score of customers."""
    await scores.project(uow, events)
