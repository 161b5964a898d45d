"""Routes that change a case: its steps, assignments, notes, its customer."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Response

from complaints.cases.commands import add_note as note_commands
from complaints.cases.commands import apply_step as step_commands
from complaints.cases.commands import assign_case as assignment_commands
from complaints.cases.commands import attach_case as attachment_commands
from complaints.cases.schemas.answers import Case
from complaints.cases.schemas.requests import NewAssignment, NewAttachment, NewNote, StepNote
from complaints.domain.lifecycle import TRANSITIONS, Step
from complaints.fields import CaseId
from lealtad.http import Command, problems, writes

router = APIRouter(prefix="/v1", tags=["life of a case"])

CaseCommand = Annotated[Command, Depends(writes("cases:write"))]
VersionedCommand = Annotated[Command, Depends(writes("cases:write", if_match="optional"))]

STEPS = {
    Step.ACKNOWLEDGE: ("Tell the customer that the case is known.", "Again, it changes nothing."),
    Step.START: ("Begin work on a case.", ""),
    Step.WAIT: (
        "Wait for the customer.",
        "The service clock stands, where the service policy says so: the due time moves on when work goes on.",
    ),
    Step.RESUME: (
        "Go on working: the customer answered.",
        "If the service clock stood, the due time moves by that open time.",
    ),
    Step.RESOLVE: ("Resolve a case.", "It closes by itself after the time that the service policy says."),
    Step.CLOSE: ("Close a resolved case before its time.", ""),
    Step.REOPEN: ("Reopen a case whose resolution did not hold.", "A new due time begins."),
}


def _step_route(step: Step) -> Callable[..., Coroutine[Any, Any, Response]]:
    async def apply_step(
        case_id: CaseId,
        command: VersionedCommand,
        body: Annotated[StepNote | None, Body(examples=[{"note": "Spoke to the customer."}])] = None,
    ) -> Response:
        note = body.note if body else None
        actor = command.principal.subject
        return await command.run(
            lambda uow: step_commands.apply_step(uow, case_id, step, note=note, actor=actor, if_match=command.if_match)
        )

    return apply_step


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
    body: Annotated[NewAssignment, Body(examples=[{"assignee": "ana.r", "queue": "returns"}])],
    command: VersionedCommand,
) -> Response:
    """Assign a case to a person, a queue, or both.

    A field that is left out is cleared. Former assignments stay in the history.
    """
    actor = command.principal.subject
    return await command.run(lambda uow: assignment_commands.assign_case(uow, case_id, body, actor, command.if_match))


@router.post("/cases/{case_id}/notes", status_code=201, response_model=Case, responses=problems(404))
async def add_note(
    case_id: CaseId,
    body: Annotated[NewNote, Body(examples=[{"text": "Replacement sent today."}])],
    command: CaseCommand,
) -> Response:
    """Add a note to the history of a case.

    Notes are personal data: only the history shows them.
    """
    actor = command.principal.subject
    return await command.run(lambda uow: note_commands.add_note(uow, case_id, body.text, actor))


@router.post("/cases/{case_id}/attach", response_model=Case, responses=problems(404, 409, 412))
async def attach_case(
    case_id: CaseId,
    body: Annotated[NewAttachment, Body(examples=[{"customer": "web-shop:17850"}])],
    command: VersionedCommand,
) -> Response:
    """Attach a case to its customer.

    From now on the customer is the key of the case's events, and the customer's service tier decides about the due
    time. A case that belongs to another customer already is not moved (409).
    """
    actor = command.principal.subject
    return await command.run(
        lambda uow: attachment_commands.attach_case(uow, case_id, body.customer, actor, command.if_match)
    )
