"""The service policy over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response

from complaints.policy import setting
from complaints.policy.defaults import DEFAULT_POLICY
from complaints.policy.schemas import PolicyDocument, PolicyInForce
from lealtad.http import Command, Query, problems, reads, writes

router = APIRouter(prefix="/v1", tags=["service policy"])


@router.get("/service-policy", response_model=PolicyInForce)
async def read_policy(query: Annotated[Query, Depends(reads("cases:read"))]) -> Response:
    """Read the service policy in force.

    Due times by kind, severity and service tier, the desk's opening hours, when resolved cases close by
    themselves, and which kinds of open cases mute promotions.
    """
    return await query.run(setting.read_policy)


@router.put("/service-policy", response_model=PolicyInForce, responses=problems(412, 428))
async def set_policy(
    body: Annotated[PolicyDocument, Body(examples=[DEFAULT_POLICY])],
    command: Annotated[Command, Depends(writes("policies:write"))],
) -> Response:
    """Put a new version of the service policy in force.

    Send the whole document and the ETag of the version it is based on as `If-Match`. It holds for cases that are
    opened, reopened or given another service tier from now on; due times that were promised before stay.
    """
    return await command.run(lambda uow: setting.set_policy(uow, body, command.if_match, command.principal.subject))
