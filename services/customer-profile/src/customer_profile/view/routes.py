"""Route of the 360 view."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as QueryParameters

from customer_profile.facts.kinds.registry import FactKinds
from customer_profile.view.queries import read_view
from customer_profile.view.schemas import all_parts, view_model
from lealtad.http import CustomerRefInPath, InvalidField, Query, invalid, problems, reads

CustomersQuery = Annotated[Query, Depends(reads("customers:read"))]


def view_routes(kinds: FactKinds) -> APIRouter:
    """Return the route that reads the view with the parts of these kinds."""
    router = APIRouter(prefix="/v1/customers/{ref}", tags=["customers"])
    wanted_parts = Depends(_wanted_parts(all_parts(kinds)))

    @router.get("", response_model=view_model(kinds), responses=problems(404))
    async def read_customer(
        ref: CustomerRefInPath, query: CustomersQuery, parts: Annotated[frozenset[str], wanted_parts]
    ) -> Response:
        """Read everything about a customer: the 360 view.

        Identity, contact points, demographics, preferences and consents; contracts, the newest purchases, returns,
        payments and touchpoints, and totals over all of them; open cases, segments, churn score and next-best action,
        each with its as-of. `include` narrows it down; an empty `include` gives the customer alone.
        """
        return await query.run(lambda uow: read_view(uow, ref, parts))

    return router


def _wanted_parts(parts: tuple[str, ...]) -> Callable[..., Awaitable[frozenset[str]]]:
    names = ", ".join(parts)

    async def wanted_parts(
        include: Annotated[
            str | None,
            QueryParameters(
                max_length=300,
                description=f"Parts to include, separated by commas: {names}. Default: all of them",
                examples=["segments,score,next_best_action"],
            ),
        ] = None,
    ) -> frozenset[str]:
        """Return the parts that a caller asks for; raise 422 for a part that does not exist."""
        if include is None:
            return frozenset(parts)
        wanted = frozenset(name.strip() for name in include.split(",") if name.strip())
        if wanted <= frozenset(parts):
            return wanted
        error = InvalidField(pointer="include", message="names a part that does not exist", hint=names)
        raise invalid("Ask for parts of the view that exist.", [error])

    return wanted_parts
