"""Routes of the contact policy."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from campaigns.policy import commands
from campaigns.policy.models import CONTACT_POLICY
from campaigns.policy.schemas import ChangedContactPolicy, ContactPolicyVersion, NewContactPolicy
from lealtad.http import Command, Query, problems, reads, writes
from lealtad.policies import VersionInPath

router = APIRouter(prefix="/v1/contact-policy", tags=["contact policy"])
Reads = Annotated[Query, Depends(reads("policies:read"))]


@router.get("", response_model=ContactPolicyVersion)
async def read_contact_policy(query: Reads) -> Response:
    """Read the contact policy.

    The policy holds caps, rests after refusals and complaints, contact hours, costs of channels, weights of situations,
    prior propensities and the hold-out. Its version is the `ETag`.
    """
    return await query.run(CONTACT_POLICY.read_in_force)


@router.get("/versions/{version}", response_model=ContactPolicyVersion, responses=problems(404))
async def read_contact_policy_version(version: VersionInPath, query: Reads) -> Response:
    """Read a version of the contact policy.

    A decision names the version that it used.
    """
    return await query.run(lambda uow: CONTACT_POLICY.read(uow, version))


@router.put("", response_model=ChangedContactPolicy, responses=problems(412, 428))
async def change_contact_policy(
    body: NewContactPolicy, command: Annotated[Command, Depends(writes("policies:write", if_match="required"))]
) -> Response:
    """Change the contact policy.

    Send the whole policy and, as `If-Match`, the `ETag` of the version that it replaces. `promotions_stopped: true`
    stops all promotions at once: none can be reserved or presented. All customers get a new decision in the background.
    A situation by a tier or churn band that does not exist is refused. `warnings` lists segments that are not in force.
    """
    return await command.run(
        lambda uow: commands.change_contact_policy(uow, body, if_match=command.if_match, by=command.principal.subject)
    )
