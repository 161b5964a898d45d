"""HTTP of the value policy."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from lealtad.http import Command, Page, PageQuery, Query, problems, reads, writes
from segmentation.domain.value_policy import ValuePolicy
from segmentation.value import policy
from segmentation.value.schemas import BoundariesOut, ValuePolicyOut

router = APIRouter(prefix="/v1", tags=["value"])
Reads = Annotated[Query, Depends(reads("segments:read"))]
Writes = Annotated[Command, Depends(writes("segments:write"))]


@router.get("/value-policy", response_model=ValuePolicyOut)
async def read_value_policy(query: Reads) -> Response:
    """Show how customers are ranked by value.

    `ETag` is the policy's version.
    """
    return await query.run(policy.read)


@router.put("/value-policy", response_model=ValuePolicyOut, responses=problems(412, 428))
async def replace_value_policy(body: ValuePolicy, command: Writes) -> Response:
    """Put another value policy in force.

    Needs `If-Match`. Boundaries are computed anew at once; customers whose tier or scores they move are told.
    """
    return await command.run(lambda uow: policy.replace(uow, body, command.if_match))


@router.get("/value-boundaries", response_model=Page[BoundariesOut])
async def list_value_boundaries(query: Reads, page: Annotated[PageQuery, Depends()]) -> Response:
    """List the boundaries of quintiles and tiers.

    The newest first: what was computed, when, from how many buyers, by which policy.
    """
    return await query.run(lambda uow: policy.read_boundaries(uow, page))
