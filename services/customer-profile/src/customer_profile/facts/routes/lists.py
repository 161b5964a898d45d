"""Routes that list and read facts and contracts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as QueryParameters

from customer_profile.facts import queries
from customer_profile.facts.kinds import Kind
from customer_profile.facts.schemas import resources
from customer_profile.fields import FactRefInPath
from lealtad.http import Page, PageWanted, Query, problems, reads

router = APIRouter(prefix="/v1")
Reading = Annotated[Query, Depends(reads("facts:read"))]
Filters = Annotated[resources.FactFilters, QueryParameters()]


@router.get("/purchases", tags=["purchases"], response_model=Page[resources.Purchase], responses=problems(404))
async def list_purchases(query: Reading, page: PageWanted, filters: Filters) -> Response:
    """List purchases.

    The newest first: of one customer by the time they happened, of all customers by arrival.
    """
    return await query.run(lambda uow: queries.list_facts(uow, Kind.PURCHASE, filters, page))


@router.get("/returns", tags=["returns"], response_model=Page[resources.Return], responses=problems(404))
async def list_returns(query: Reading, page: PageWanted, filters: Filters) -> Response:
    """List returns.

    The newest first: of one customer by the time they happened, of all customers by arrival.
    """
    return await query.run(lambda uow: queries.list_facts(uow, Kind.RETURN, filters, page))


@router.get("/payments", tags=["payments"], response_model=Page[resources.Payment], responses=problems(404))
async def list_payments(query: Reading, page: PageWanted, filters: Filters) -> Response:
    """List payments, failed ones too.

    The newest first: of one customer by the time they happened, of all customers by arrival.
    """
    return await query.run(lambda uow: queries.list_facts(uow, Kind.PAYMENT, filters, page))


@router.get("/touchpoints", tags=["touchpoints"], response_model=Page[resources.Touchpoint], responses=problems(404))
async def list_touchpoints(query: Reading, page: PageWanted, filters: Filters) -> Response:
    """List touchpoints.

    The newest first: of one customer by the time they happened, of all customers by arrival.
    """
    return await query.run(lambda uow: queries.list_facts(uow, Kind.TOUCHPOINT, filters, page))


@router.get("/contracts", tags=["contracts"], response_model=Page[resources.Contract], responses=problems(404))
async def list_contracts(
    query: Reading, page: PageWanted, filters: Annotated[resources.ContractFilters, QueryParameters()]
) -> Response:
    """List contracts.

    The newest first. `active` asks whether they run at the present business time.
    """
    return await query.run(lambda uow: queries.list_contracts(uow, filters, page))


@router.get("/purchases/{purchase}", tags=["purchases"], response_model=resources.Purchase, responses=problems(404))
async def read_purchase(purchase: FactRefInPath, query: Reading) -> Response:
    """Read a purchase.

    By our id, or by the id of its source.
    """
    return await query.run(lambda uow: queries.read_fact(uow, Kind.PURCHASE, purchase))


@router.get("/contracts/{contract}", tags=["contracts"], response_model=resources.Contract, responses=problems(404))
async def read_contract(contract: FactRefInPath, query: Reading) -> Response:
    """Read a contract.

    By our id, or by the id of the fact that started it.
    """
    return await query.run(lambda uow: queries.read_contract(uow, contract))
