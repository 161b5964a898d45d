"""Routes of the intake policy."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from customer_profile.policy.models import INTAKE_POLICY
from customer_profile.policy.schemas import IntakePolicy, IntakePolicyVersion
from lealtad.http import Command, Query, problems, reads, writes
from lealtad.policies import VersionInPath

router = APIRouter(prefix="/v1/intake-policy", tags=["intake policy"])
Reads = Annotated[Query, Depends(reads("policies:read"))]


@router.get("", response_model=IntakePolicyVersion)
async def read_intake_policy(query: Reads) -> Response:
    """Read the intake policy.

    The policy decides whether unknown external ids create provisional customers, and which times of facts are accepted.
    It names the digits that are no external ids, and the basis of profiling. Its version is the `ETag`.
    """
    return await query.run(INTAKE_POLICY.read_in_force)


@router.get("/versions/{version}", response_model=IntakePolicyVersion, responses=problems(404))
async def read_intake_policy_version(version: VersionInPath, query: Reads) -> Response:
    """Read a version of the intake policy.

    Facts and customers recorded under it stay as they are.
    """
    return await query.run(lambda uow: INTAKE_POLICY.read(uow, version))


@router.put("", response_model=IntakePolicyVersion, responses=problems(412, 428))
async def change_intake_policy(
    body: IntakePolicy, command: Annotated[Command, Depends(writes("policies:write", if_match="required"))]
) -> Response:
    """Change the intake policy.

    Send the whole policy and, as `If-Match`, the `ETag` of the version it replaces. The new version holds for every
    request that begins afterwards; records of earlier versions stay as they are. Another `profiling_basis` is applied
    to all customers in the background.
    """
    return await command.run(
        lambda uow: INTAKE_POLICY.change(uow, body, if_match=command.if_match, by=command.principal.subject)
    )
