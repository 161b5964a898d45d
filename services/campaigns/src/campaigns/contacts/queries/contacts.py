"""Queries of the contact ledger."""

from datetime import datetime
from uuid import UUID

from campaigns.contacts.schemas import Contact
from campaigns.decisions.queries import find_customer_id
from campaigns.ledger import repository
from lealtad.db import Row
from lealtad.http import Page, PageQuery, not_found
from lealtad.unit_of_work import UnitOfWork


async def list_contacts(uow: UnitOfWork, reference: str, page: PageQuery) -> Page[Contact]:
    """Return a page of a customer's contacts, newest first."""
    customer_id = await find_customer_id(uow.connection, reference)
    before = page.after(datetime, UUID)
    rows = await repository.list_page(
        uow.connection, customer_id, before=(before[0], before[1]) if before else None, limit=page.limit
    )
    return Page.of(rows, page.limit, lambda row: (row.at, row.contact_id), Contact.model_validate)


async def read_slot(uow: UnitOfWork, contact_id: UUID) -> Row:
    """Return the row of a slot; raise 404 if it does not exist."""
    slot = await repository.find(uow.connection, contact_id)
    if slot is None:
        raise not_found("contact", contact_id)
    return slot
