"""Routes of the value policy and the boundaries computed by it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from lealtad.http import Command, Page, PageWanted, Query, problems, reads, writes
from lealtad.policies import VersionInPath
from segmentation.domain.value_policy import ValuePolicy
from segmentation.value import commands, queries
from segmentation.value.models import VALUE_POLICY
from segmentation.value.schemas import ValueBoundaries, ValuePolicyVersion

router = APIRouter(prefix="/v1", tags=["value"])
Reads = Annotated[Query, Depends(reads("segments:read"))]
ReadsPolicy = Annotated[Query, Depends(reads("policies:read"))]


@router.get("/value-policy", response_model=ValuePolicyVersion)
async def read_value_policy(query: ReadsPolicy) -> Response:
    """Read the value policy.

    The policy ranks customers by value: the window, the tiers, and the hour at which boundaries are computed. Its
    version is the `ETag`.
    """
    return await query.run(VALUE_POLICY.read_in_force)


@router.get("/value-policy/versions/{version}", response_model=ValuePolicyVersion, responses=problems(404))
async def read_value_policy_version(version: VersionInPath, query: ReadsPolicy) -> Response:
    """Read a version of the value policy.

    Boundaries name the version of the policy that computed them.
    """
    return await query.run(lambda uow: VALUE_POLICY.read(uow, version))


@router.put("/value-policy", response_model=ValuePolicyVersion, responses=problems(412, 428))
async def change_value_policy(
    body: ValuePolicy, command: Annotated[Command, Depends(writes("policies:write", if_match="required"))]
) -> Response:
    """Change the value policy.

    Send the whole policy and, as `If-Match`, the `ETag` of the version it replaces. Boundaries are computed anew at
    once; customers whose tier or scores change are announced.
    """
    return await command.run(
        lambda uow: commands.change_value_policy(uow, body, if_match=command.if_match, by=command.principal.subject)
    )


@router.get("/value-boundaries", response_model=Page[ValueBoundaries])
async def list_value_boundaries(query: Reads, page: PageWanted) -> Response:
    """List the boundaries of quintiles and tiers.

    The newest first, each with its time, its number of buyers and the version of its policy.
    """
    return await query.run(lambda uow: queries.list_boundaries(uow, page))
