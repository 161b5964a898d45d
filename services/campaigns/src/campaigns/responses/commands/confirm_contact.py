"""Confirm a reserved contact: it takes place, which presents the offer."""

from uuid import UUID

from campaigns.contacts.queries.contacts import read_slot
from campaigns.contacts.schemas import Contact
from campaigns.domain.customer import Response
from campaigns.ledger import repository
from campaigns.responses.commands.record_response import record_response
from campaigns.responses.schemas import NewResponse
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def confirm_contact(uow: UnitOfWork, contact_id: UUID) -> Answer:
    """Spend the slot and record the presentation. A repetition changes nothing.

    Raise 409 with the rule if the contact is not allowed now. If the slot expired or was released, spend a new slot if
    one is free.
    """
    slot = await read_slot(uow, contact_id)
    await record_response(uow, slot.decision_id, NewResponse(response=Response.PRESENTED))
    return Answer(Contact.model_validate(await repository.find_of_decision(uow.connection, slot.decision_id)))
