"""Routes of customers."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Response
from fastapi import Query as QueryParameters

from customer_profile.customers import queries
from customer_profile.customers.commands import change_customer as changes
from customer_profile.customers.commands import register_customer as registration
from customer_profile.customers.queries import current_answer
from customer_profile.customers.schemas import ChangedCustomer, Customer, CustomerFilters, NewCustomer
from lealtad.http import Command, CustomerRefInPath, Page, PageWanted, Query, problems, reads, writes

router = APIRouter(prefix="/v1/customers", tags=["customers"])
MOST_MEMBERS = 50
"""The limit of members in a patch; a profile has fewer."""


@router.post(
    "",
    status_code=201,
    response_model=ChangedCustomer,
    responses={200: {"model": ChangedCustomer, "description": "A provisional customer was completed"}},
)
async def register_customer(
    body: NewCustomer, command: Annotated[Command, Depends(writes("customers:write"))]
) -> Response:
    """Register a customer.

    Names, contact points, documents and the birth date stay in this service. Only the attributes of the event
    `customer-registered` travel, among them the `consents` given here. If a fact of the same external id created a
    provisional customer, the registration completes that customer.
    """
    return await command.run(lambda uow: registration.register_customer(uow, body), again=current_answer)


@router.get("", response_model=Page[Customer])
async def list_customers(
    query: Annotated[Query, Depends(reads("customers:read"))],
    page: PageWanted,
    filters: Annotated[CustomerFilters, QueryParameters()],
) -> Response:
    """List customers, the newest first.

    Every given filter must hold. A page ends with the cursor of the next one.
    """
    return await query.run(lambda uow: queries.list_customers(uow, filters.model_dump(exclude_none=True), page))


@router.patch("/{ref}", response_model=ChangedCustomer, responses=problems(404, 410, 412, 428))
async def change_customer(
    ref: CustomerRefInPath,
    body: Annotated[
        dict[str, Any],
        Body(
            media_type="application/merge-patch+json",
            max_length=MOST_MEMBERS,
            examples=[{"region": "Antioquia", "preferences": {"channels": ["whatsapp"]}, "organisation": None}],
        ),
    ],
    command: Annotated[Command, Depends(writes("customers:write", if_match="required"))],
) -> Response:
    """Change a customer.

    A JSON Merge Patch (RFC 7396) of the profile: null removes a value, a list replaces the list. Send the `ETag` of the
    version you read as `If-Match`. An event announces the change, if an attribute changed that events carry.
    """
    return await command.run(
        lambda uow: changes.change_customer(uow, ref, body, if_match=command.if_match), again=current_answer
    )
