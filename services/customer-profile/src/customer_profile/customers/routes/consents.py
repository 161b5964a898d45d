"""Routes of the consents of a customer, and of do-not-contact."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from customer_profile.consents.schemas import ConsentHistory, NewConsent, RecordedConsent
from customer_profile.customers import queries
from customer_profile.customers.commands import record_consent as consents
from customer_profile.customers.commands import set_do_not_contact
from customer_profile.customers.queries import current_answer
from customer_profile.customers.schemas import ChangedCustomer, NewDoNotContact
from lealtad.http import Command, CustomerRefInPath, Query, problems, reads, writes

router = APIRouter(prefix="/v1/customers/{ref}", tags=["consents"])
CustomerCommand = Annotated[Command, Depends(writes("customers:write"))]


@router.post(
    "/consents",
    status_code=201,
    response_model=RecordedConsent,
    responses={200: {"model": RecordedConsent, "description": "The same was said before"}, **problems(404, 410)},
)
async def record_consent(ref: CustomerRefInPath, body: NewConsent, command: CustomerCommand) -> Response:
    """Record a consent, or its withdrawal.

    The newest statement by `given_at` decides about its purpose and channel, in any order of arrival. Of two statements
    of the same moment the more restrictive one decides. Only a consent for a channel lifts the refusal of that channel.
    A general refusal (`channel` null) refuses every channel. Nothing is overwritten: an older statement only joins the
    history.
    """
    return await command.run(lambda uow: consents.record_consent(uow, ref, body))


@router.get("/consents", response_model=ConsentHistory, responses=problems(404))
async def list_consents(ref: CustomerRefInPath, query: Annotated[Query, Depends(reads("customers:read"))]) -> Response:
    """List the consents of a customer.

    The whole history, newest first, with source and time; `in_force` marks the statements that count now.
    """
    return await query.run(lambda uow: queries.list_consents(uow, ref))


@router.put("/do-not-contact", response_model=ChangedCustomer, responses=problems(404, 410))
async def stop_contact(ref: CustomerRefInPath, body: NewDoNotContact, command: CustomerCommand) -> Response:
    """Stop every contact with a customer.

    Do-not-contact overrules all consents, on every channel, from the next decision on. Sent again, it changes only the
    reason.
    """
    return await command.run(lambda uow: set_do_not_contact.stop_contact(uow, ref, body.reason), again=current_answer)


@router.delete("/do-not-contact", response_model=ChangedCustomer, responses=problems(404, 410))
async def resume_contact(ref: CustomerRefInPath, command: CustomerCommand) -> Response:
    """Allow contacts with a customer again.

    Consents hold as they did before do-not-contact was set.
    """
    return await command.run(lambda uow: set_do_not_contact.resume_contact(uow, ref), again=current_answer)
