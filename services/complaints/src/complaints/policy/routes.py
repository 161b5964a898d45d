"""Routes of the service policy."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from complaints.policy import commands
from complaints.policy.models import SERVICE_POLICY
from complaints.policy.schemas import ChangedServicePolicy, PolicyDocument, PolicyVersion
from lealtad.http import Command, Query, problems, reads, writes
from lealtad.policies import VersionInPath

router = APIRouter(prefix="/v1/service-policy", tags=["service policy"])
PolicyQuery = Annotated[Query, Depends(reads("policies:read"))]


@router.get("", response_model=PolicyVersion)
async def read_service_policy(query: PolicyQuery) -> Response:
    """Read the service policy.

    Due times by kind, severity and service tier, the desk's opening hours, when resolved cases close by
    themselves, and which kinds of open cases mute promotions. Its version is the `ETag`.
    """
    return await query.run(SERVICE_POLICY.read_in_force)


@router.get("/versions/{version}", response_model=PolicyVersion, responses=problems(404))
async def read_service_policy_version(version: VersionInPath, query: PolicyQuery) -> Response:
    """Read a version of the service policy.

    Due times that were promised under it stay.
    """
    return await query.run(lambda uow: SERVICE_POLICY.read(uow, version))


@router.put("", response_model=ChangedServicePolicy, responses=problems(412, 428))
async def change_service_policy(
    body: PolicyDocument,
    command: Annotated[Command, Depends(writes("policies:write", if_match="required"))],
) -> Response:
    """Change the service policy.

    Send the whole policy and, as `If-Match`, the `ETag` of the version it replaces. It holds for cases that are
    opened, reopened or given another service tier from now on; due times that were promised before stay. `warnings`
    lists service tiers that no customer gets by the value policy in force.
    """
    return await command.run(
        lambda uow: commands.change_service_policy(uow, body, if_match=command.if_match, by=command.principal.subject)
    )
