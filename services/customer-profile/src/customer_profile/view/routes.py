"""Routes of the 360 view."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as QueryParameters

from customer_profile.facts.kinds import Kind
from customer_profile.facts.queries import list_facts
from customer_profile.facts.schemas.resources import FactFilters, Purchase, Touchpoint
from customer_profile.view.queries import read_view
from customer_profile.view.schemas import CustomerView, Part
from lealtad.http import CustomerRefInPath, InvalidField, Page, PageWanted, Query, invalid, problems, reads

router = APIRouter(prefix="/v1/customers/{ref}", tags=["customers"])
Reading = Annotated[Query, Depends(reads("customers:read"))]


async def wanted_parts(
    include: Annotated[
        str | None,
        QueryParameters(
            max_length=300,
            description=f"Parts to include, separated by commas: {', '.join(Part)}. Default: all of them",
            examples=["segments,score,next_best_action"],
        ),
    ] = None,
) -> frozenset[Part]:
    """Return the parts that a caller asks for; raise 422 for a part that does not exist."""
    if include is None:
        return frozenset(Part)
    try:
        return frozenset(Part(name.strip()) for name in include.split(",") if name.strip())
    except ValueError:
        error = InvalidField(pointer="include", message="names a part that does not exist", hint=", ".join(Part))
        raise invalid("Ask for parts of the view that exist.", [error]) from None


@router.get("", response_model=CustomerView, responses=problems(404))
async def read_customer(
    ref: CustomerRefInPath, query: Reading, parts: Annotated[frozenset[Part], Depends(wanted_parts)]
) -> Response:
    """Read everything about a customer: the 360 view.

    Identity, contact points, demographics, preferences and consents; contracts, the newest purchases, returns, payments
    and touchpoints, and totals over all of them; open cases, segments, churn score and next-best action, each with its
    as-of. `include` narrows it down; an empty `include` gives the customer alone.
    """
    return await query.run(lambda uow: read_view(uow, ref, parts))


@router.get("/purchases", response_model=Page[Purchase], responses=problems(404))
async def list_purchases_of_customer(ref: CustomerRefInPath, query: Reading, page: PageWanted) -> Response:
    """List a customer's purchases.

    The newest first, by the time they happened.
    """
    return await query.run(lambda uow: list_facts(uow, Kind.PURCHASE, FactFilters(customer=ref), page))


@router.get("/touchpoints", response_model=Page[Touchpoint], responses=problems(404))
async def list_touchpoints_of_customer(ref: CustomerRefInPath, query: Reading, page: PageWanted) -> Response:
    """List a customer's touchpoints.

    The newest first, by the time they happened.
    """
    return await query.run(lambda uow: list_facts(uow, Kind.TOUCHPOINT, FactFilters(customer=ref), page))
