"""Queries of the contact ledger."""

from datetime import datetime
from uuid import UUID

from campaigns.contacts.schemas import ContactOut
from campaigns.decisions.queries import resolve
from campaigns.ledger import repository
from lealtad.http import Page, PageQuery, not_found
from lealtad.unit_of_work import UnitOfWork


async def read_ledger(uow: UnitOfWork, reference: str, page: PageQuery) -> Page[ContactOut]:
    """Return a customer's contacts, newest first."""
    customer_id = await resolve(uow.connection, reference)
    before = page.after(datetime, UUID)
    rows = await repository.page(
        uow.connection, customer_id, before=(before[0], before[1]) if before else None, limit=page.limit
    )
    return Page.of(rows, page.limit, lambda row: (row.at, row.contact_id), ContactOut.model_validate)


async def decision_of(uow: UnitOfWork, contact_id: UUID) -> UUID:
    """Return the decision that a slot is for; 404 where there is no such slot."""
    slot = await repository.read(uow.connection, contact_id)
    if slot is None:
        raise not_found("contact", contact_id)
    decision_id: UUID = slot.decision_id
    return decision_id
