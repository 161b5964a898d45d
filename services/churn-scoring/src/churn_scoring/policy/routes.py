"""Routes of the scoring policy."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from churn_scoring.policy import commands
from churn_scoring.policy.models import SCORING_POLICY
from churn_scoring.policy.schemas import NewScoringPolicy, ScoringPolicyVersion
from lealtad.http import Command, Query, problems, reads, writes
from lealtad.policies import VersionInPath

router = APIRouter(prefix="/v1/scoring-policy", tags=["scoring policy"])
Reads = Annotated[Query, Depends(reads("policies:read"))]


@router.get("", response_model=ScoringPolicyVersion)
async def read_scoring_policy(query: Reads) -> Response:
    """Read the scoring policy.

    Horizon, bands, the grid of published scores, the interval of re-evaluation, and the assumptions until a model is
    trained. The version is the `ETag`.
    """
    return await query.run(SCORING_POLICY.read_in_force)


@router.get("/versions/{version}", response_model=ScoringPolicyVersion, responses=problems(404))
async def read_scoring_policy_version(version: VersionInPath, query: Reads) -> Response:
    """Read a version of the scoring policy.

    Each score names the policy version of its evaluation.
    """
    return await query.run(lambda uow: SCORING_POLICY.read(uow, version))


@router.put("", response_model=ScoringPolicyVersion, responses=problems(412, 428))
async def change_scoring_policy(
    body: NewScoringPolicy,
    command: Annotated[Command, Depends(writes("policies:write", if_match="required"))],
) -> Response:
    """Change the scoring policy.

    Send the whole policy and, as `If-Match`, the `ETag` of the version it replaces. Every score is evaluated
    again in the background; a score is announced if its published probability, band or kind changes. A trained model
    serves only its own horizon; BG/NBD serves any other.
    """
    return await command.run(
        lambda uow: commands.change_policy(uow, body, if_match=command.if_match, by=command.principal.subject)
    )
