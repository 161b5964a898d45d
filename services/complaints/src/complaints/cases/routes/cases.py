"""Routes that open, read and list cases."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response
from fastapi import Query as Parameter

from complaints.cases import queries
from complaints.cases.commands import open_case as commands
from complaints.cases.examples import ANONYMOUS_SUGGESTION, COMPLAINT
from complaints.cases.schemas.answers import Case, CaseDetail, HistoryEntry, OpenedCase
from complaints.cases.schemas.requests import NewCase
from complaints.domain.case_filter import CaseFilter
from complaints.fields import CaseId
from lealtad.events.catalog.complaints import CaseKind, CaseStatus
from lealtad.http import Command, CustomerRefText, Page, PageWanted, Query, Timestamp, problems, reads, writes
from lealtad.http.parameters import FlagInAddress

router = APIRouter(prefix="/v1", tags=["cases"])

CaseQuery = Annotated[Query, Depends(reads("cases:read"))]


@router.post(
    "/cases",
    status_code=201,
    response_model=OpenedCase,
    responses={200: {"model": OpenedCase, "description": "The fact came before: its answer again"}, **problems(409)},
)
async def open_case(
    body: Annotated[NewCase, Body(openapi_examples={"complaint": COMPLAINT, "suggestion": ANONYMOUS_SUGGESTION})],
    command: Annotated[Command, Depends(writes("cases:write"))],
) -> Response:
    """Open a petition, complaint, claim, suggestion, warranty case or return.

    The case is acknowledged at once, and the answer says when it is due. The customer may be named by a reference
    that is not known yet, or not at all: the case is attached later, by `POST /v1/cases/{id}/attach` or by itself
    when the reference becomes known. The same `source` fact again is answered as the first time; with other
    content it is refused (409). The description stays here: it is in no event and no log.
    """
    return await command.run(lambda uow: commands.open_case(uow, body, command.principal.subject))


@router.get("/cases", response_model=Page[Case], responses=problems(404))
async def list_cases(
    *,
    query: CaseQuery,
    page: PageWanted,
    status: Annotated[
        list[CaseStatus] | None, Parameter(max_length=20, description="May be given several times")
    ] = None,
    is_open: Annotated[
        FlagInAddress | None,
        Parameter(alias="open", description="true: the work list; false: resolved and closed cases"),
    ] = None,
    kind: Annotated[CaseKind | None, Parameter(description="Only cases of this kind")] = None,
    customer: Annotated[
        CustomerRefText | None, Parameter(description="Only of this customer: its id, or `source:external_id`")
    ] = None,
    attached: Annotated[FlagInAddress | None, Parameter(description="false: cases of unknown customers")] = None,
    due_before: Annotated[Timestamp | None, Parameter(description="Business time")] = None,
) -> Response:
    """List cases, the most urgent first.

    A case is listed when all given filters hold. The order is by due time, so old closed cases come first unless
    `open=true` excludes them. Lists do not show descriptions.
    """
    filters = CaseFilter(statuses=status or (), is_open=is_open, kind=kind, attached=attached, due_before=due_before)
    return await query.run(lambda uow: queries.list_cases(uow, filters, customer, page))


@router.get("/cases/{case_id}", response_model=CaseDetail, responses=problems(404))
async def read_case(case_id: CaseId, query: CaseQuery) -> Response:
    """Read one case with its description.

    The ETag is the version for `If-Match` in the steps; `possible_steps` lists the possible steps.
    """
    return await query.run(lambda uow: queries.read_case(uow, case_id))


@router.get("/cases/{case_id}/history", response_model=Page[HistoryEntry], responses=problems(404))
async def read_history(case_id: CaseId, query: CaseQuery, page: PageWanted) -> Response:
    """Read the history of a case, from the opening on.

    Entries are only ever added. They include steps, assignments, notes, changes of the due time, and gestures of
    recovery that the customer was offered.
    """
    return await query.run(lambda uow: queries.read_history(uow, case_id, page))
