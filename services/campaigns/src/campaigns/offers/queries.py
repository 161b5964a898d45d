"""Queries of the offer catalogue."""

from typing import Any

from campaigns.offers.models import OFFERS
from lealtad.http import Page, PageQuery
from lealtad.unit_of_work import UnitOfWork


async def list_offers(uow: UnitOfWork, page: PageQuery, *, kind: str | None, withdrawn: bool) -> Page[Any]:
    """Return a page of offers, in ascending key."""
    offer = OFFERS.table.columns
    conditions = [offer.withdrawn == withdrawn]
    if kind is not None:
        conditions.append(offer.terms["kind"].astext == kind)
    return await OFFERS.read_page(uow, page, *conditions)
