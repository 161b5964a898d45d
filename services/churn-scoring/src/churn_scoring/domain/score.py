"""The stored score of a customer: the newest evaluation and the last announcement."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from churn_scoring.domain.assessment import Assessment
from churn_scoring.domain.basis import KIND_OF, LastPublished, NoScoreReason
from lealtad.events.model import ROOTS_LISTED, Causes


@dataclass(slots=True)
class Score:
    """A row of the table `score`, which documents its columns."""

    customer_id: UUID
    risk: float | None = None
    expected_value: Decimal = Decimal(0)
    value_at_risk: Decimal = Decimal(0)
    evaluated_at: datetime | None = None
    release: int = 0
    next_due_at: datetime | None = None
    probability: Decimal | None = None
    announced_value: Decimal = Decimal(0)
    announced_at_risk: Decimal = Decimal(0)
    no_score: str | None = None
    band: str | None = None
    previous_band: str | None = None
    kind: str | None = None
    horizon_days: int | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list)
    model_name: str | None = None
    model_version: int | None = None
    policy_version: int | None = None
    as_of: datetime | None = None
    event_id: UUID | None = None
    causes: list[UUID] = field(default_factory=list)
    cause_count: int = 0
    waiting: list[UUID] = field(default_factory=list)
    waiting_count: int = 0

    def last_published(self, release: int) -> LastPublished | None:
        """Return the published score that holds while only time passes, or None under another release."""
        if self.probability is None or self.kind is None or self.release != release:
            return None
        return LastPublished(self.kind, self.probability, self.announced_value)

    def differs_from(self, assessment: Assessment) -> bool:
        """Return whether the published score, value, band, kind or reason for no score changes."""
        announced = (self.probability, self.announced_value, self.band, self.kind, self.no_score)
        found = (assessment.probability, assessment.published_value, assessment.band, _kind(assessment))
        return announced != (*found, assessment.no_score)

    def record_evaluation(self, assessment: Assessment, *, at: datetime, release: int) -> None:
        """Set the exact numbers of the newest evaluation, which the API shows but no event publishes."""
        self.risk = assessment.risk
        self.expected_value, self.value_at_risk = assessment.expected_value, assessment.value_at_risk
        self.evaluated_at, self.release, self.next_due_at = at, release, assessment.next_due_at

    def add_pending_causes(self, causes: Causes) -> None:
        """Add root facts that the next announcement must name."""
        known = set(self.waiting)
        self.waiting_count += causes.count - sum(cause in known for cause in causes.ids)
        self.waiting = sorted(known | set(causes.ids))[-ROOTS_LISTED:]

    def publish(self, assessment: Assessment, reasons: list[dict[str, Any]], *, as_of: datetime) -> None:
        """Set the announced state from an evaluation, with all pending causes."""
        if assessment.no_score is NoScoreReason.PROFILING_REFUSED:
            self.previous_band = None
        elif self.band != assessment.band:
            self.previous_band = self.band
        self.probability, self.band = assessment.probability, assessment.band
        self.kind, self.no_score = _kind(assessment), assessment.no_score
        self.announced_value, self.announced_at_risk = assessment.published_value, assessment.published_at_risk
        self.reasons, self.as_of = reasons, as_of
        self.causes, self.cause_count = self.waiting, self.waiting_count
        self.waiting, self.waiting_count = [], 0


def _kind(assessment: Assessment) -> str | None:
    return KIND_OF[assessment.basis] if assessment.basis else None
