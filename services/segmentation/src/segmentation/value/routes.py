"""Routes of the value policy and the boundaries computed by it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from lealtad.http import Command, Page, PageWanted, Query, problems, reads, writes
from lealtad.policies import VersionInPath
from segmentation.domain.value_policy import ValuePolicy
from segmentation.value import commands as policy
from segmentation.value.models import VALUE_POLICY
from segmentation.value.schemas import BoundariesOut, ValuePolicyOut

router = APIRouter(prefix="/v1", tags=["value"])
Reads = Annotated[Query, Depends(reads("segments:read"))]
ReadsPolicy = Annotated[Query, Depends(reads("policies:read"))]


@router.get("/value-policy", response_model=ValuePolicyOut)
async def read_value_policy(query: ReadsPolicy) -> Response:
    """Read the value policy.

    How customers are ranked by value: the window, the tiers and when their boundaries are computed. Its version is
    the `ETag`.
    """
    return await query.run(VALUE_POLICY.read_in_force)


@router.get("/value-policy/versions/{version}", response_model=ValuePolicyOut, responses=problems(404))
async def read_value_policy_version(version: VersionInPath, query: ReadsPolicy) -> Response:
    """Read a version of the value policy.

    Boundaries name the version they were computed by.
    """
    return await query.run(lambda uow: VALUE_POLICY.read(uow, version))


@router.put("/value-policy", response_model=ValuePolicyOut, responses=problems(412, 428))
async def change_value_policy(
    body: ValuePolicy, command: Annotated[Command, Depends(writes("policies:write", if_match="required"))]
) -> Response:
    """Change the value policy.

    Send the whole policy and, as `If-Match`, the `ETag` of the version it replaces. Boundaries are computed anew at
    once; customers whose tier or scores they move are told.
    """
    return await command.run(
        lambda uow: policy.change(uow, body, if_match=command.if_match, by=command.principal.subject)
    )


@router.get("/value-boundaries", response_model=Page[BoundariesOut])
async def list_value_boundaries(query: Reads, page: PageWanted) -> Response:
    """List the boundaries of quintiles and tiers.

    The newest first: what was computed, when, from how many buyers, by which policy.
    """
    return await query.run(lambda uow: policy.read_boundaries(uow, page))
