"""Queries that read a customer's score and rank customers."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from churn_scoring.domain.basis import NoScoreReason
from churn_scoring.domain.score import Score
from churn_scoring.policy.models import SCORING_POLICY
from churn_scoring.registry.queries.release import scoring_resources
from churn_scoring.scoring import repository
from churn_scoring.scoring.schemas import ChurnScore, RankingOrder
from lealtad.customers import find, unknown_customer
from lealtad.events.catalog.churn_scoring import ChurnKind, ModelRef, ScoreReason
from lealtad.http import Answer, CustomerRef, InvalidField, Page, PageQuery, Problem, invalid
from lealtad.mismatches import nearest_first
from lealtad.money import Money
from lealtad.unit_of_work import UnitOfWork


async def read_score(uow: UnitOfWork, ref: CustomerRef) -> Answer:
    """Return the score of a customer, or the reason why the customer has none.

    Raises 404 for an unknown customer, and for a customer who may not be profiled. Facts of a customer and the
    customer's own state arrive in either order.
    """
    found_id = await find(uow.connection, ref)
    customer_id = found_id or ref.id
    score = await repository.read_score(uow.connection, customer_id) if customer_id else None
    if customer_id and not await repository.read_profiling_allowed(uow.connection, customer_id):
        raise Problem(
            404,
            NoScoreReason.PROFILING_REFUSED,
            "The customer is not scored",
            "The customer objects to profiling, or has not consented to it where that is needed. Do not score them by "
            "other means; the consents are in the customer profile.",
        )
    if score is not None:
        return Answer(churn_score(score, scoring_resources(uow).currency))
    if found_id is None:
        raise unknown_customer(str(ref))
    return Answer(ChurnScore(customer_id=found_id, probability=None, no_score_reason=NoScoreReason.NO_HISTORY))


async def rank_customers(uow: UnitOfWork, order: RankingOrder, band: str | None, page: PageQuery) -> Page[Any]:
    """Return a page of customers with a score, the highest risk first; raise 422 for a band outside the policy."""
    if band is not None:
        await _require_band(uow, band)
    ranking = repository.BY_RISK if order is RankingOrder.RISK else repository.BY_VALUE
    after = page.after(*(UUID if name == "customer_id" else Decimal for name in ranking.columns))
    scores = await repository.list_scores(uow.connection, ranking, band=band, after=after, limit=page.limit)
    currency = scoring_resources(uow).currency
    return Page.of(
        scores,
        page.limit,
        cursor_of=lambda score: tuple(getattr(score, name) for name in ranking.columns),
        item_of=lambda score: churn_score(score, currency),
    )


async def _require_band(uow: UnitOfWork, band: str) -> None:
    names = [item.name for item in (await SCORING_POLICY.in_force(uow.connection)).policy.bands]
    if band not in names:
        hint = f"one of {', '.join(nearest_first(band, names))}"
        error = InvalidField(pointer="band", message="is no band of the scoring policy", hint=hint)
        raise invalid("Ask for a band of the scoring policy in force.", [error])


def churn_score(score: Score, currency: str) -> ChurnScore:
    """Return the API resource of a score."""

    def money(amount: Decimal, *, known: bool = True) -> Money | None:
        return Money.rounded(amount, currency) if known and score.probability is not None else None

    evaluated = score.evaluated_at is not None
    named = score.model_name is not None and score.model_version is not None
    return ChurnScore(
        customer_id=score.customer_id,
        probability=score.probability,
        no_score_reason=score.no_score,
        band=score.band,
        previous_band=score.previous_band,
        kind=ChurnKind(score.kind) if score.kind else None,
        horizon_days=score.horizon_days,
        expected_value=money(score.announced_value),
        value_at_risk=money(score.announced_at_risk),
        expected_value_now=money(score.expected_value, known=evaluated),
        value_at_risk_now=money(score.value_at_risk, known=evaluated),
        reasons=[ScoreReason.model_validate(reason) for reason in score.reasons],
        model=ModelRef(name=score.model_name, version=score.model_version) if named else None,
        policy_version=score.policy_version,
        as_of=score.as_of,
        evaluated_at=score.evaluated_at,
        next_due_at=score.next_due_at,
        event_id=score.event_id,
        causes=score.causes,
        cause_count=score.cause_count,
    )
