"""Fold what the other services announce into the picture that decisions are made from."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from campaigns.customer_state import repository
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseState
from lealtad.events.catalog.customer_profile import ContractFact, Fact
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork

FOLLOW_UP = "folded; decided when score or segments change"
UNATTACHED = "the case has no customer yet"


async def fold_cases(uow: UnitOfWork, events: Sequence[Event[CaseState]]) -> None:
    """Keep the newest version of each case; a case without a customer waits until it is attached."""
    for event in events:
        if event.data.customer_id is None:
            uow.ignore(event, UNATTACHED)
    rows = [
        {
            "case_id": case.case_id,
            "version": case.version,
            "customer_id": case.customer_id,
            "mutes": case.mutes,
            "is_open": case.status in OPEN_STATUSES,
            "resolved_at": case.resolved_at,
        }
        for case in (event.data for event in events)
    ]
    await repository.keep_cases(uow.connection, rows)


async def fold_scores(uow: UnitOfWork, events: Sequence[Event[ChurnScored]]) -> None:
    """Keep the newest score of each customer."""
    rows = [
        {
            "customer_id": score.customer_id,
            "sequence": event.sequence,
            "probability": score.probability,
            "band": score.band,
            "value_at_risk": score.value_at_risk.amount if score.value_at_risk else None,
            "model": f"{score.model.name} {score.model.version}" if score.model else None,
            "as_of": score.as_of,
        }
        for event in events
        for score in [event.data]
    ]
    await repository.keep_scores(uow.connection, rows)


async def fold_memberships(uow: UnitOfWork, events: Sequence[Event[MembershipsChanged]]) -> None:
    """Keep the newest memberships of each customer."""
    rows = [
        {
            "customer_id": state.customer_id,
            "sequence": event.sequence,
            "segments": {segment.key: segment.version for segment in state.segments},
            "behavioural": state.behavioural,
            "tier": state.tier,
            "as_of": state.as_of,
        }
        for event in events
        for state in [event.data]
    ]
    await repository.keep_memberships(uow.connection, rows)


async def fold_activity(uow: UnitOfWork, events: Sequence[Event[Fact]]) -> None:
    """Keep when each customer first appeared, and the contracts; scores and segments lead to the decision."""
    earliest: dict[UUID, datetime] = {}
    for event in events:
        uow.ignore(event, FOLLOW_UP)
        seen = earliest.setdefault(event.data.customer_id, event.data.occurred_at)
        earliest[event.data.customer_id] = min(seen, event.data.occurred_at)
    rows = [{"customer_id": customer, "first_activity_at": at} for customer, at in earliest.items()]
    await repository.keep_earliest(uow.connection, rows)
    await _fold_contracts(uow, events)


async def _fold_contracts(uow: UnitOfWork, events: Sequence[Event[Fact]]) -> None:
    rows = [
        {
            "contract_id": event.data.contract_id,
            "customer_id": event.data.customer_id,
            "occurred_at": event.data.occurred_at,
            "event_id": event.id,
            "starts_at": event.data.starts_at,
            "ends_at": event.data.ends_at,
        }
        for event in events
        if isinstance(event.data, ContractFact)
    ]
    if rows:
        await repository.keep_contracts(uow.connection, rows)
