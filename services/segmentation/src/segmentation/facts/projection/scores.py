"""Projection of the published churn scores."""

from collections.abc import Sequence

from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork
from segmentation.facts.repository.states import keep_scores


async def project_scores(uow: UnitOfWork, events: Sequence[Event[ChurnScored]]) -> None:
    """Upsert the score with the largest sequence of each customer."""
    newest = {event.data.customer_id: event for event in sorted(events, key=lambda event: event.sequence)}
    await keep_scores(uow.connection, list(newest.values()))
