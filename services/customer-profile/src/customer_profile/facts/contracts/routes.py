"""Routes that list and read contracts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as QueryParameters

from customer_profile.facts.contracts import queries
from customer_profile.facts.contracts.schemas import Contract, ContractFilters
from customer_profile.fields import FactRefInPath
from lealtad.http import Page, PageWanted, Query, problems, reads

router = APIRouter(prefix="/v1/contracts", tags=["contracts"])
FactsQuery = Annotated[Query, Depends(reads("facts:read"))]


@router.get("", response_model=Page[Contract], responses=problems(404))
async def list_contracts(
    query: FactsQuery, page: PageWanted, filters: Annotated[ContractFilters, QueryParameters()]
) -> Response:
    """List contracts.

    The newest first. `active` asks whether they run at the present business time.
    """
    return await query.run(lambda uow: queries.list_contracts(uow, filters, page))


@router.get("/{contract}", response_model=Contract, responses=problems(404))
async def read_contract(contract: FactRefInPath, query: FactsQuery) -> Response:
    """Read a contract.

    By our id, or by the id of the fact that started it.
    """
    return await query.run(lambda uow: queries.read_contract(uow, contract))
