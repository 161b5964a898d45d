"""What becomes of an evaluation: the stored score, and an event where what is published changed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from churn_scoring.domain.assessment import Assessment
from churn_scoring.domain.basis import Basis, NoScore
from churn_scoring.domain.reasons import Reason
from churn_scoring.domain.score import Score
from churn_scoring.domain.value import value_at_risk
from churn_scoring.metrics import EVALUATIONS
from churn_scoring.registry.queries.release import InForce
from lealtad.events.catalog.churn_scoring import ChurnKind, ChurnScored, ModelRef, ScoreReason
from lealtad.events.cause import Cause
from lealtad.events.model import Causes
from lealtad.money import Money
from lealtad.unit_of_work import UnitOfWork

PERMILLE = Decimal("0.001")


class Announcer:
    """Settles the evaluations of one transaction."""

    def __init__(self, uow: UnitOfWork, in_force: InForce, currency: str, *, by_time_alone: bool) -> None:
        self._uow = uow
        self._in_force = in_force
        self._currency = currency
        self._by_time_alone = by_time_alone
        self._notes: dict[str, list[UUID]] = {}

    def settle(self, score: Score, assessment: Assessment, reasons: Sequence[Reason], causes: Sequence[Cause]) -> None:
        """Take an evaluation into the score; emit an event if the published score, band or kind changed.

        That a newcomer has no score yet is no news; that nobody may score the customer is told in any case, so that
        what readers know does not depend on whether a fact or the objection came first.
        """
        is_known = score.event_id is not None or assessment.no_score is NoScore.PROFILING_REFUSED
        changed = score.differs_from(assessment)
        score.evaluate(assessment, at=self._uow.now, release=self._in_force.release.id)
        # That time went by without consequence is not worth telling later.
        if changed or not self._by_time_alone:
            score.wait_for(Causes.of(causes))
        if changed:
            self._publish(score, assessment, reasons)
        announced = changed and (is_known or score.probability is not None)
        if announced:
            score.event_id = self._uow.emit(self._event(score), key=score.customer_id, causes=causes).id
        EVALUATIONS.labels(basis=assessment.basis or "none", announced=announced).inc()
        self._note(score, "changed to" if changed else "stays at")

    def write_notes(self) -> None:
        """Say in the journal what became of every customer."""
        for text, customers in self._notes.items():
            self._uow.note(customers, text)

    def _publish(self, score: Score, assessment: Assessment, reasons: Sequence[Reason]) -> None:
        if assessment.ended_by:
            score.wait_for(Causes(ids=[assessment.ended_by], count=1))
        score.publish(assessment, [_told(reason) for reason in reasons], as_of=self._uow.now)
        score.horizon_days = self._in_force.policy.horizon_days
        score.policy_version = self._in_force.release.policy_version
        score.model_name, score.model_version = self._model_of(assessment)

    def _model_of(self, assessment: Assessment) -> tuple[str | None, int | None]:
        if assessment.basis is None:
            return None, None
        if assessment.basis is Basis.INACTIVITY:
            return self._in_force.ref.name, self._in_force.ref.version
        return "contract-rule", self._in_force.release.policy_version

    def _event(self, score: Score) -> ChurnScored:
        return ChurnScored(
            customer_id=score.customer_id,
            probability=score.probability,
            no_score_reason=score.no_score,
            band=score.band,
            previous_band=score.previous_band,
            kind=ChurnKind(score.kind) if score.kind else None,
            horizon_days=self._in_force.policy.horizon_days,
            expected_value=self._money(score.announced_value) if score.probability is not None else None,
            value_at_risk=self._money(value_at_risk(score.probability, score.announced_value, self._currency))
            if score.probability is not None
            else None,
            model=ModelRef(name=score.model_name, version=score.model_version)
            if score.model_name and score.model_version
            else None,
            policy_version=self._in_force.release.policy_version,
            reasons=[ScoreReason.model_validate(reason) for reason in score.reasons],
            as_of=self._uow.now,
            causes=Causes(ids=score.causes, count=score.cause_count),
        )

    def _money(self, amount: Decimal) -> Money:
        return Money.rounded(amount, self._currency)

    def _note(self, score: Score, verb: str) -> None:
        if score.probability is None:
            text = f"no score: {score.no_score}"
        else:
            text = f"score {verb} {score.probability:.2f} ({score.band})"
        self._notes.setdefault(text, []).append(score.customer_id)


def _told(reason: Reason) -> dict[str, Any]:
    effect = Decimal(reason.effect).quantize(PERMILLE)
    return {"code": reason.code, "text": reason.text, "effect": str(effect)}
