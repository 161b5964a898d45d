"""The published churn score of each customer."""

from collections.abc import Sequence

from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork
from segmentation.facts.repository import states as state_repository


async def project(uow: UnitOfWork, events: Sequence[Event[ChurnScored]]) -> None:
    """Keep the score with the largest sequence."""
    newest = {event.data.customer_id: event for event in sorted(events, key=lambda event: event.sequence)}
    await state_repository.keep_scores(uow.connection, list(newest.values()))
