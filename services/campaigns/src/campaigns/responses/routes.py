"""Routes of responses."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from campaigns.contacts.schemas import Contact
from campaigns.responses import commands
from campaigns.responses.schemas import NewResponse, OfferResponse
from lealtad.http import Command, problems, writes
from lealtad.scalars import Identifier

router = APIRouter()
Writes = Annotated[Command, Depends(writes("decisions:write"))]
ContactId = Annotated[Identifier, Path(description="Id of a contact")]
DecisionId = Annotated[Identifier, Path(description="Id of the decision that is answered")]


@router.post(
    "/v1/decisions/{decision_id}/responses",
    tags=["responses"],
    status_code=201,
    response_model=OfferResponse,
    responses=problems(404, 409),
)
async def record_response(decision_id: DecisionId, body: NewResponse, command: Writes) -> Response:
    """Record a response.

    Send `presented` first, then `accepted` or `rejected`. A repeated response is answered 200 as before. `presented`
    spends a slot of the contact ledger, the reserved one if there is one. The answer is 409 with the rule if the
    contact is not allowed now. `presented` longer ago than `clock_tolerance_s` of the contact policy is a report: it is
    stored and counted, and `rule` names the rule that forbade the contact when it took place. A customer's answer is
    always recorded in its time, except an acceptance beyond the offer's limit in force (409). The answer shows the
    next-best action after the response.
    """
    return await command.run(lambda uow: commands.record_response(uow, decision_id, body))


@router.post(
    "/v1/contacts/{contact_id}/confirm",
    tags=["contacts"],
    response_model=Contact,
    responses=problems(404, 409),
)
async def confirm_contact(contact_id: ContactId, command: Writes) -> Response:
    """Confirm a contact.

    Confirm right before the contact: the slot is spent and the offer counts as presented. The answer is 409 with the
    rule if the contact is not allowed now, although the slot was held. A repeated confirmation changes nothing.
    """
    return await command.run(lambda uow: commands.confirm_contact(uow, contact_id))
