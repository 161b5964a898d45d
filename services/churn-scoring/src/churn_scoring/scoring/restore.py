"""Restoration of announced scores, after the database was restored from a back-up."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from churn_scoring.domain.score import Score
from churn_scoring.scoring import repository
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork


async def restore(uow: UnitOfWork, events: Sequence[Event[Any]]) -> Iterable[UUID]:
    """Update each score from the customer's newest event; return the ids of other events (promotions of models).

    Later evaluations are compared with the restored score, so readers receive every difference.
    """
    announced = {event.key: event for event in events if isinstance(event.data, ChurnScored)}
    scores = await repository.lock_scores(uow.connection, sorted(announced))
    for score in scores:
        _copy_announcement(score, announced[score.customer_id])
        score.next_due_at = uow.now
    if scores:
        await repository.update_scores(uow.connection, scores)
    return [event.id for event in events if not isinstance(event.data, ChurnScored)]


def _copy_announcement(score: Score, event: Event[ChurnScored]) -> None:
    data = event.data
    score.probability, score.no_score = data.probability, data.no_score_reason
    score.announced_value = data.expected_value.amount if data.expected_value else Decimal(0)
    score.announced_at_risk = data.value_at_risk.amount if data.value_at_risk else Decimal(0)
    score.band, score.previous_band = data.band, data.previous_band
    score.kind = data.kind.value if data.kind else None
    score.horizon_days, score.policy_version = data.horizon_days, data.policy_version
    score.reasons = [reason.model_dump(mode="json") for reason in data.reasons]
    score.model_name = data.model.name if data.model else None
    score.model_version = data.model.version if data.model else None
    score.as_of, score.event_id = data.as_of, event.id
    score.causes, score.cause_count = data.causes.ids, data.causes.count
