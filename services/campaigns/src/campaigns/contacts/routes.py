"""Routes of the contact ledger."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from campaigns.contacts import commands, queries
from campaigns.contacts.schemas import Contact, ContactRelease, ContactReservation
from lealtad.http import Command, CustomerRefInPath, Page, PageWanted, Query, problems, reads, writes

router = APIRouter(prefix="/v1", tags=["contacts"])
Writes = Annotated[Command, Depends(writes("decisions:write"))]
ContactId = Annotated[UUID, Path(description="Id of a contact")]


@router.get("/customers/{ref}/contacts", response_model=Page[Contact], responses=problems(404))
async def list_contacts(
    ref: CustomerRefInPath,
    page: PageWanted,
    query: Annotated[Query, Depends(reads("contacts:read"))],
) -> Response:
    """List the contacts of a customer.

    The one ledger over all channels, newest first: reserved, confirmed and released slots.
    """
    return await query.run(lambda uow: queries.list_contacts(uow, ref, page))


@router.post("/contacts", status_code=201, response_model=Contact, responses=problems(404, 409))
async def reserve_contact(body: ContactReservation, command: Writes) -> Response:
    """Reserve a contact.

    Before a channel contacts a customer with the action of a decision, now or at `contact_at`. Holds one slot of the
    ledger until it is confirmed, released, or expires, `reservation_minutes` after the moment of the contact; a
    decision holds one slot at most (200 when it holds it already). 409 with the rule when no contact is allowed, also
    for a slot that is held, so that two channels never spend the last slot twice; outside contact hours `until` is the
    next allowed moment. A held slot that a rule forbids to spend is released: the event names the rule.
    """
    return await command.run(lambda uow: commands.reserve_contact(uow, body))


@router.post("/contacts/{contact_id}/release", response_model=Contact, responses=problems(404, 409))
async def release_contact(contact_id: ContactId, body: ContactRelease, command: Writes) -> Response:
    """Release a contact.

    It will not take place: the slot is free again. 409 once it took place.
    """
    return await command.run(lambda uow: commands.release_contact(uow, contact_id, body.reason))
