"""Take back the scores that were announced, after the database was restored from a back-up."""

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
    """Let the newest event of each customer be what was announced; return the ids of promoted models, not in here.

    What is evaluated from now on is compared with it, so that readers are told every difference.
    """
    announced = {event.key: event for event in events if isinstance(event.data, ChurnScored)}
    scores = await repository.lock(uow.connection, sorted(announced))
    for score in scores:
        _take(score, announced[score.customer_id])
        score.next_due_at = uow.now
    if scores:
        await repository.store(uow.connection, scores)
    return [event.id for event in events if not isinstance(event.data, ChurnScored)]


def _take(score: Score, event: Event[ChurnScored]) -> None:
    told = event.data
    score.probability, score.no_score = told.probability, told.no_score_reason
    score.announced_value = told.expected_value.amount if told.expected_value else Decimal(0)
    score.band, score.previous_band = told.band, told.previous_band
    score.kind = told.kind.value if told.kind else None
    score.horizon_days, score.policy_version = told.horizon_days, told.policy_version
    score.reasons = [reason.model_dump(mode="json") for reason in told.reasons]
    score.model_name = told.model.name if told.model else None
    score.model_version = told.model.version if told.model else None
    score.as_of, score.event_id = told.as_of, event.id
    score.causes, score.cause_count = told.causes.ids, told.causes.count
