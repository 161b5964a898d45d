"""The event `churn-scored`, built from a stored score."""

from decimal import Decimal

from churn_scoring.domain.score import Score
from churn_scoring.registry.queries.release import LoadedRelease
from lealtad.events.catalog.churn_scoring import ChurnKind, ChurnScored, ModelRef, ScoreReason
from lealtad.events.model import Causes
from lealtad.money import Money
from lealtad.unit_of_work import UnitOfWork


def churn_scored(uow: UnitOfWork, score: Score, in_force: LoadedRelease, currency: str) -> ChurnScored:
    """Return the announcement of `score` as of the present business time."""

    def money(amount: Decimal) -> Money | None:
        return Money.rounded(amount, currency) if score.probability is not None else None

    return ChurnScored(
        customer_id=score.customer_id,
        probability=score.probability,
        no_score_reason=score.no_score,
        band=score.band,
        previous_band=score.previous_band,
        kind=ChurnKind(score.kind) if score.kind else None,
        horizon_days=in_force.policy.horizon_days,
        expected_value=money(score.announced_value),
        value_at_risk=money(score.announced_at_risk),
        model=ModelRef(name=score.model_name, version=score.model_version)
        if score.model_name and score.model_version
        else None,
        policy_version=in_force.release.policy_version,
        reasons=[ScoreReason.model_validate(reason) for reason in score.reasons],
        as_of=uow.now,
        causes=Causes(ids=score.causes, count=score.cause_count),
    )
