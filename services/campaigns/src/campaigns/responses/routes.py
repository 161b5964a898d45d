"""Routes of responses."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from campaigns.responses import recording
from campaigns.responses.schemas import ResponseIn, ResponseOut
from lealtad.http import Command, problems, writes

router = APIRouter(prefix="/v1/decisions/{decision_id}/responses", tags=["responses"])
DecisionId = Annotated[UUID, Path(description="Id of the decision that is answered")]


@router.post("", status_code=201, response_model=ResponseOut, responses=problems(404, 409))
async def record_response(
    decision_id: DecisionId, body: ResponseIn, command: Annotated[Command, Depends(writes("decisions:write"))]
) -> Response:
    """Record a response.

    `presented` first, then `accepted` or `rejected`; a repeated response is answered 200 as before. Presenting spends a
    slot of the contact ledger, the reserved one if there is one, and is answered 409 with the rule when the contact is
    not allowed now. `presented` longer ago than `clock_tolerance_s` of the contact policy is a report: it is stored and
    counted, and `rule` says what forbade the contact when it took place. An answer of the customer is always recorded
    in its time, but for an acceptance beyond the offer's limit in force (409). The answer shows the next-best action
    after the response: a refusal ends the pitch, an acceptance fulfils the offer.
    """
    return await command.run(lambda uow: recording.record_response(uow, decision_id, body))
