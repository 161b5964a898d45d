"""Use case: evaluate customers, and announce the scores that changed."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from churn_scoring.domain.assessment import Assessment, Assessor
from churn_scoring.domain.basis import Held, Subject
from churn_scoring.domain.contracts import status_at
from churn_scoring.domain.features import Profile
from churn_scoring.domain.reasons import Reason
from churn_scoring.domain.score import Score
from churn_scoring.metrics import SCORING_SECONDS
from churn_scoring.registry.queries.release import scorers_of
from churn_scoring.scoring import repository
from churn_scoring.scoring.events import Announcer
from churn_scoring.scoring.repository import Known
from lealtad.events.cause import Cause
from lealtad.unit_of_work import UnitOfWork


async def evaluate(
    uow: UnitOfWork, scores: Sequence[Score], causes: Mapping[UUID, Sequence[Cause]], *, by_time_alone: bool = False
) -> None:
    """Evaluate customers whose score rows are locked, under the release in force.

    What facts lead to depends on the stored facts, the release and the business day alone, not on how the facts were
    batched; where nothing but time went by, what was published holds within the drift. Facts that change nothing
    published wait to be named by the next announcement.
    """
    scorers = scorers_of(uow)
    release, known = await repository.known_of(uow.connection, [score.customer_id for score in scores])
    in_force = await scorers.ready(uow.connection, release)
    subjects = [
        _subject(known[score.customer_id], uow.now, score.held(release.id) if by_time_alone else None)
        for score in scores
    ]
    # Models take milliseconds of processor time: not in the event loop.
    with SCORING_SECONDS.time():
        assessments, reasons = await asyncio.to_thread(
            _assess, Assessor(in_force.model, in_force.policy, uow.now, scorers.currency), subjects, scores
        )
    announcer = Announcer(uow, in_force, scorers.currency, by_time_alone=by_time_alone)
    for score, assessment in zip(scores, assessments, strict=True):
        announcer.settle(score, assessment, reasons.get(score.customer_id, []), causes[score.customer_id])
    announcer.write_notes()
    await repository.store(uow.connection, scores)


def _subject(known: Known, now: datetime, held: Held | None) -> Subject:
    status = status_at(known.contracts, now)
    return Subject(Profile(known.history, known.open_cases, status.active), status, known.barred, held)


def _assess(
    assessor: Assessor, subjects: Sequence[Subject], scores: Sequence[Score]
) -> tuple[list[Assessment], dict[UUID, list[Reason]]]:
    assessments = assessor.assess(subjects)
    changed = [
        subject
        for subject, score, assessment in zip(subjects, scores, assessments, strict=True)
        if score.differs_from(assessment)
    ]
    return assessments, assessor.explain(changed)
