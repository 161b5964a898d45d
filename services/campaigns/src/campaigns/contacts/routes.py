"""Routes of contacts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from campaigns.contacts import commands, queries
from campaigns.contacts.schemas import Contact, ContactRelease, ContactReservation
from lealtad.http import Command, CustomerRefInPath, Page, PageWanted, Query, problems, reads, writes
from lealtad.scalars import Identifier

router = APIRouter(prefix="/v1", tags=["contacts"])
Writes = Annotated[Command, Depends(writes("decisions:write"))]
ContactId = Annotated[Identifier, Path(description="Id of a contact")]


@router.get("/customers/{ref}/contacts", response_model=Page[Contact], responses=problems(404))
async def list_contacts(
    ref: CustomerRefInPath,
    page: PageWanted,
    query: Annotated[Query, Depends(reads("contacts:read"))],
) -> Response:
    """List the contacts of a customer.

    The ledger over all channels, newest first, holds reserved, confirmed and released slots.
    """
    return await query.run(lambda uow: queries.list_contacts(uow, ref, page))


@router.post("/contacts", status_code=201, response_model=Contact, responses=problems(404, 409))
async def reserve_contact(body: ContactReservation, command: Writes) -> Response:
    """Reserve a contact.

    A channel reserves a slot of the ledger before it contacts a customer with the action of a decision, now or at
    `contact_at`. The slot is held until it is confirmed or released, or until it expires: `reservation_minutes` after
    the moment of the contact. A decision has at most one slot (200 if it has the slot already). The answer is 409 with
    the rule if no contact is allowed, also for a held slot. So two channels never spend the last slot twice. Outside
    contact hours `until` is the next allowed moment. A held slot that a rule forbids to spend is released, and the
    event names the rule.
    """
    return await command.run(lambda uow: commands.reserve_contact(uow, body))


@router.post("/contacts/{contact_id}/release", response_model=Contact, responses=problems(404, 409))
async def release_contact(contact_id: ContactId, body: ContactRelease, command: Writes) -> Response:
    """Release a contact.

    The contact will not take place, and the slot is free again. The answer is 409 if the contact took place.
    """
    return await command.run(lambda uow: commands.release_contact(uow, contact_id, body.reason))
