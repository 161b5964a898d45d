"""Routes of the taxonomy of causes."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response

from complaints.causes import commands, queries
from complaints.causes.schemas import Cause, CauseDefinition
from complaints.fields import CauseCode
from lealtad.http import Command, Page, PageWanted, Query, problems, reads, writes

router = APIRouter(prefix="/v1", tags=["causes"])

CauseQuery = Annotated[Query, Depends(reads("cases:read"))]


@router.get("/causes", response_model=Page[Cause])
async def list_causes(page: PageWanted, query: CauseQuery) -> Response:
    """List the taxonomy of causes.

    Ordered by code. Retired causes are listed too: old cases have them.
    """
    return await query.run(lambda uow: queries.list_causes(uow, page))


@router.get("/causes/{code}", response_model=Cause, responses=problems(404))
async def read_cause(code: CauseCode, query: CauseQuery) -> Response:
    """Read one cause.

    Its ETag is needed to change it.
    """
    return await query.run(lambda uow: queries.read_cause(uow, code))


@router.put(
    "/causes/{code}",
    response_model=Cause,
    responses={201: {"model": Cause, "description": "Added"}, **problems(409, 412, 428)},
)
async def set_cause(
    code: CauseCode,
    body: Annotated[CauseDefinition, Body(examples=[{"names": {"es": "Llegó dañado", "en": "Arrived damaged"}}])],
    command: Annotated[Command, Depends(writes("policies:write", if_match="optional"))],
) -> Response:
    """Add a cause, rename it or retire it.

    A new code is added (201). To change one that exists, send its ETag as `If-Match`. A retired cause stays with
    the cases that have it and is refused for new ones.
    """
    return await command.run(lambda uow: commands.set_cause(uow, code, body, command.if_match))
