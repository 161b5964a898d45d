"""Which feature folds which events."""

from collections.abc import Sequence

from customer_profile.view import projecting
from lealtad.events.catalog import campaigns, churn_scoring, complaints, segmentation
from lealtad.events.envelope import Event
from lealtad.events.subscriptions import CASE_STATES, RESPONSES
from lealtad.kafka.projections import Projections
from lealtad.unit_of_work import UnitOfWork

projections = Projections()


@projections.on(churn_scoring.ChurnScored, segmentation.MembershipsChanged, campaigns.NextBestActionChanged)
async def fold_announcements(uow: UnitOfWork, events: Sequence[Event[projecting.Announcement]]) -> None:
    """Score, segments and next-best action go into the 360 view."""
    await projecting.project_announcements(uow, events)


@projections.on(*CASE_STATES, complaints.CaseRescheduled)
async def fold_cases(uow: UnitOfWork, events: Sequence[Event[complaints.CaseState]]) -> None:
    """Cases go into the 360 view."""
    await projecting.project_cases(uow, events)


@projections.on(*RESPONSES)
async def fold_responses(uow: UnitOfWork, events: Sequence[Event[campaigns.OfferResponse]]) -> None:
    """Responses to offers go into the 360 view."""
    await projecting.project_responses(uow, events)
