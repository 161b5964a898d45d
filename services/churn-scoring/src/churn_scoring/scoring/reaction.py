"""Evaluation of customers, and the announcement of scores that changed."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from churn_scoring.domain.assessment import Assessment, Assessor
from churn_scoring.domain.basis import Basis, LastPublished, NoScoreReason, ScoringInput
from churn_scoring.domain.contracts import status_at
from churn_scoring.domain.features import Profile
from churn_scoring.domain.reasons import Reason
from churn_scoring.domain.score import Score
from churn_scoring.metrics import EVALUATIONS, SCORING_SECONDS
from churn_scoring.registry.queries.release import LoadedRelease, scoring_resources
from churn_scoring.scoring import repository
from churn_scoring.scoring.events import churn_scored
from churn_scoring.scoring.repository import CustomerSnapshot
from lealtad.events.cause import Cause
from lealtad.events.model import Causes
from lealtad.unit_of_work import UnitOfWork

PERMILLE = Decimal("0.001")


async def evaluate(
    uow: UnitOfWork, scores: Sequence[Score], causes: Mapping[UUID, Sequence[Cause]], *, by_time_alone: bool = False
) -> None:
    """Evaluate customers whose score rows are locked, under the release in force.

    Scores depend on the stored facts, the release and the business day alone, not on how the facts were batched. Where
    only time has passed, the published score holds within the drift. The next announcement also names the facts that
    changed nothing published.
    """
    resources = scoring_resources(uow)
    release, snapshots = await repository.read_snapshots(uow.connection, [score.customer_id for score in scores])
    in_force = await resources.load_release(uow.connection, release)
    inputs = [
        _scoring_input(
            snapshots[score.customer_id], uow.now, score.last_published(release.id) if by_time_alone else None
        )
        for score in scores
    ]
    # Models take milliseconds of processor time, so they run outside the event loop.
    assessor = Assessor(in_force.model, in_force.policy, uow.now, resources.currency, in_force.value)
    with SCORING_SECONDS.time():
        assessments, reasons = await asyncio.to_thread(_assess, assessor, inputs, scores)
    announcer = Announcer(uow, in_force, resources.currency, by_time_alone=by_time_alone)
    for score, assessment in zip(scores, assessments, strict=True):
        announcer.record(score, assessment, reasons.get(score.customer_id, []), causes[score.customer_id])
    announcer.write_notes()
    await repository.update_scores(uow.connection, scores)


def _scoring_input(snapshot: CustomerSnapshot, now: datetime, last_published: LastPublished | None) -> ScoringInput:
    status = status_at(snapshot.contracts, now)
    profile = Profile(snapshot.history, snapshot.open_cases, status.active)
    return ScoringInput(profile, status, snapshot.exclusion, last_published)


def _assess(
    assessor: Assessor, inputs: Sequence[ScoringInput], scores: Sequence[Score]
) -> tuple[list[Assessment], dict[UUID, list[Reason]]]:
    assessments = assessor.assess(inputs)
    changed = [
        item
        for item, score, assessment in zip(inputs, scores, assessments, strict=True)
        if score.differs_from(assessment)
    ]
    return assessments, assessor.explain(changed)


class Announcer:
    """The recording and announcement of one transaction's evaluations."""

    def __init__(self, uow: UnitOfWork, in_force: LoadedRelease, currency: str, *, by_time_alone: bool) -> None:
        self._uow = uow
        self._in_force = in_force
        self._currency = currency
        self._by_time_alone = by_time_alone
        self._notes: dict[str, list[UUID]] = {}

    def record(self, score: Score, assessment: Assessment, reasons: Sequence[Reason], causes: Sequence[Cause]) -> None:
        """Update the score, and emit an event if the published score, band or kind changed.

        A newcomer without a score is not announced. A refusal of profiling is always announced, so that readers end
        with the same state whether a fact or the refusal came first.
        """
        is_known = score.event_id is not None or assessment.no_score is NoScoreReason.PROFILING_REFUSED
        changed = score.differs_from(assessment)
        score.record_evaluation(assessment, at=self._uow.now, release=self._in_force.release.id)
        # The passing of time is no cause to name later if it changed nothing.
        if changed or not self._by_time_alone:
            score.add_pending_causes(Causes.of(causes))
        if changed:
            self._publish(score, assessment, reasons)
        announced = changed and (is_known or score.probability is not None)
        if announced:
            data = churn_scored(self._uow, score, self._in_force, self._currency)
            score.event_id = self._uow.emit(data, key=score.customer_id, causes=causes).id
        EVALUATIONS.labels(basis=assessment.basis or "none", announced=announced).inc()
        self._note(score, "changed to" if changed else "stays at")

    def write_notes(self) -> None:
        """Insert the outcome of every customer into the journal."""
        for text, customers in self._notes.items():
            self._uow.note(customers, text)

    def _publish(self, score: Score, assessment: Assessment, reasons: Sequence[Reason]) -> None:
        if assessment.ended_by:
            score.add_pending_causes(Causes(ids=[assessment.ended_by], count=1))
        score.publish(assessment, [_reason_document(reason) for reason in reasons], as_of=self._uow.now)
        score.horizon_days = self._in_force.policy.horizon_days
        score.policy_version = self._in_force.release.policy_version
        score.model_name, score.model_version = self._model_of(assessment)

    def _model_of(self, assessment: Assessment) -> tuple[str | None, int | None]:
        if assessment.basis is None:
            return None, None
        if assessment.basis is Basis.INACTIVITY:
            return self._in_force.ref.name, self._in_force.ref.version
        return "contract-rule", self._in_force.release.policy_version

    def _note(self, score: Score, verb: str) -> None:
        if score.probability is None:
            text = f"no score: {score.no_score}"
        else:
            text = f"score {verb} {score.probability:.2f} ({score.band})"
        self._notes.setdefault(text, []).append(score.customer_id)


def _reason_document(reason: Reason) -> dict[str, Any]:
    effect = Decimal(reason.effect).quantize(PERMILLE)
    return {"code": reason.code, "text": reason.text, "effect": str(effect)}
