"""Use case: a reserved contact takes place, which presents the offer."""

from uuid import UUID

from campaigns.contacts.queries.contacts import decision_of
from campaigns.contacts.schemas import ContactOut
from campaigns.domain.customer import Response
from campaigns.ledger import repository
from campaigns.responses.commands.record_response import record_response
from campaigns.responses.schemas import ResponseIn
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def confirm(uow: UnitOfWork, contact_id: UUID) -> Answer:
    """Spend the slot and record the presentation; repeating it changes nothing.

    409 with the rule where the contact is not allowed now. A reservation that expired or was released takes a new slot
    if there is one.
    """
    decision_id = await decision_of(uow, contact_id)
    await record_response(uow, decision_id, ResponseIn(response=Response.PRESENTED))
    return Answer(ContactOut.model_validate(await repository.of_decision(uow.connection, decision_id)))
