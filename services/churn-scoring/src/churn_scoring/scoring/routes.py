"""Routes of scores."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter

from churn_scoring.domain.policy import BandName
from churn_scoring.scoring import queries
from churn_scoring.scoring.schemas import ChurnScore, RankingOrder
from lealtad.http import CustomerRef, CustomerRefInPath, Page, PageWanted, Query, problems, reads

router = APIRouter(prefix="/v1", tags=["churn scores"])


@router.get("/customers/{ref}/churn-score", response_model=ChurnScore, responses=problems(404))
async def read_churn_score(ref: CustomerRefInPath, query: Annotated[Query, Depends(reads("scores:read"))]) -> Response:
    """Read a customer's churn score.

    The published probability of leaving within the horizon, with its band, main reasons and value at risk, model and
    policy, and the facts that caused it. For a customer without a score the answer gives the reason. For a customer
    who may not be profiled the answer is 404 `profiling-refused`.
    """
    return await query.run(lambda uow: queries.read_score(uow, CustomerRef.parse(ref)))


@router.get("/churn-scores", response_model=Page[ChurnScore])
async def rank_customers(
    query: Annotated[Query, Depends(reads("scores:read"))],
    page: PageWanted,
    order: Annotated[
        RankingOrder, Parameter(description="Rank by probability or by value at risk")
    ] = RankingOrder.RISK,
    band: Annotated[
        BandName | None, Parameter(description="Only customers in this band of the scoring policy in force")
    ] = None,
) -> Response:
    """Rank customers by churn.

    The highest risk first: by published probability (among equals by value at risk), or by value at risk, which puts
    profitable customers at risk on top.
    """
    return await query.run(lambda uow: queries.rank_customers(uow, order, band, page))
