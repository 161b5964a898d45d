"""Routes that list and read the steps of contracts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as QueryParameters

from customer_profile.facts.contracts.steps import queries
from customer_profile.facts.contracts.steps.schemas import KnownContractStep, StepFilters
from customer_profile.fields import FactRefInPath
from lealtad.http import Page, PageWanted, Query, problems, reads

router = APIRouter(prefix="/v1/contract-steps", tags=["contracts"])
FactsQuery = Annotated[Query, Depends(reads("facts:read"))]


@router.get("", response_model=Page[KnownContractStep], responses=problems(404))
async def list_contract_steps(
    query: FactsQuery, page: PageWanted, filters: Annotated[StepFilters, QueryParameters()]
) -> Response:
    """List steps of contracts.

    The newest first, with their present effect. `pending` asks for steps that wait for the start of their contract;
    one whose start has come and does not allow it stays among them, with the reason.
    """
    return await query.run(lambda uow: queries.list_steps(uow, filters, page))


@router.get("/{step}", response_model=KnownContractStep, responses=problems(404))
async def read_contract_step(step: FactRefInPath, query: FactsQuery) -> Response:
    """Read a step of a contract.

    By our id, or by the id of its source.
    """
    return await query.run(lambda uow: queries.read_step(uow, step))
