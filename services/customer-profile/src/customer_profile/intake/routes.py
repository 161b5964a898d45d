"""Routes of the intake policy."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from customer_profile.intake import changing
from customer_profile.intake.schemas import IntakePolicy, IntakePolicyIn
from lealtad.http import Command, Query, problems, reads, writes

router = APIRouter(prefix="/v1/intake-policy", tags=["intake policy"])


@router.get("", response_model=IntakePolicy)
async def read_intake_policy(query: Annotated[Query, Depends(reads("policies:read"))]) -> Response:
    """Read the intake policy.

    It says whether unknown external ids make provisional customers, which times of facts are believed, and what may
    not be used as an external id. Its version is the `ETag`.
    """
    return await query.run(changing.read_policy)


@router.put("", response_model=IntakePolicy, responses=problems(412, 428))
async def change_intake_policy(
    body: IntakePolicyIn, command: Annotated[Command, Depends(writes("policies:write"))]
) -> Response:
    """Change the intake policy.

    Send the whole policy and, as `If-Match`, the `ETag` of the version it replaces. It holds for every request that
    begins afterwards; what was recorded under an earlier version stays.
    """
    return await command.run(
        lambda uow: changing.change_policy(uow, body, if_match=command.if_match, by=command.principal.subject)
    )
