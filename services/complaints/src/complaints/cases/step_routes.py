"""The life of a case over HTTP: its steps, who works on it, notes, whose it is."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Response

from complaints.cases import attaching, stepping, working
from complaints.cases.resources import Case
from complaints.cases.schemas import AssignmentIn, AttachmentIn, CaseId, NoteIn, StepIn
from complaints.domain.lifecycle import TRANSITIONS, Step
from lealtad.http import Command, problems, writes

router = APIRouter(prefix="/v1", tags=["life of a case"])

Adding = Annotated[Command, Depends(writes("cases:write"))]
Changing = Annotated[Command, Depends(writes("cases:write", if_match="optional"))]

STEPS = {
    Step.ACKNOWLEDGE: ("Tell the customer that the case is known.", "Again, it changes nothing."),
    Step.START: ("Begin work on a case.", ""),
    Step.WAIT: ("Wait for the customer.", "The due time goes on."),
    Step.RESUME: ("Go on working: the customer answered.", ""),
    Step.RESOLVE: ("Resolve a case.", "It closes by itself after the time that the service policy says."),
    Step.CLOSE: ("Close a resolved case before its time.", ""),
    Step.REOPEN: ("Reopen a case whose resolution did not hold.", "A new due time begins."),
}


def _step_route(step: Step) -> Callable[..., Coroutine[Any, Any, Response]]:
    async def take(
        case_id: CaseId,
        command: Changing,
        body: Annotated[StepIn | None, Body(examples=[{"note": "Spoke to the customer."}])] = None,
    ) -> Response:
        note = body.note if body else None
        actor = command.principal.subject
        return await command.run(
            lambda uow: stepping.take_step(uow, case_id, step, note=note, actor=actor, if_match=command.if_match)
        )

    return take


for _step, (_summary, _remark) in STEPS.items():
    _before = " or ".join(status for status, step in TRANSITIONS if step is _step)
    router.add_api_route(
        f"/cases/{{case_id}}/{_step}",
        _step_route(_step),
        methods=["POST"],
        name=f"{_step}_case",
        summary=_summary.rstrip("."),
        description=f"Possible while the case is {_before}; otherwise 409 says what is. {_remark}".rstrip(),
        response_model=Case,
        responses=problems(404, 409, 412),
    )


@router.post("/cases/{case_id}/assign", response_model=Case, responses=problems(404, 412))
async def assign_case(
    case_id: CaseId,
    body: Annotated[AssignmentIn, Body(examples=[{"assignee": "ana.r", "queue": "returns"}])],
    command: Changing,
) -> Response:
    """Hand a case to a person, a queue, or both.

    What is left out is taken away. Former assignments stay in the history.
    """
    actor = command.principal.subject
    return await command.run(lambda uow: working.assign(uow, case_id, body, actor, command.if_match))


@router.post("/cases/{case_id}/notes", status_code=201, response_model=Case, responses=problems(404))
async def add_note(
    case_id: CaseId,
    body: Annotated[NoteIn, Body(examples=[{"text": "Replacement sent today."}])],
    command: Adding,
) -> Response:
    """Add a note to the history of a case.

    Notes are personal data: they are read with the history only.
    """
    actor = command.principal.subject
    return await command.run(lambda uow: working.add_note(uow, case_id, body.text, actor))


@router.post("/cases/{case_id}/attach", response_model=Case, responses=problems(404, 409, 412))
async def attach_case(
    case_id: CaseId,
    body: Annotated[AttachmentIn, Body(examples=[{"customer": "web-shop:17850"}])],
    command: Changing,
) -> Response:
    """Say whose case it is.

    From now on the customer is the key of its events, and the customer's service tier decides about the due time.
    A case that belongs to another customer already is not moved (409).
    """
    actor = command.principal.subject
    return await command.run(lambda uow: attaching.attach(uow, case_id, body.customer, actor, command.if_match))
