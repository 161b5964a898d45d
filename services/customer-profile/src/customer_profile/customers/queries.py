"""Customers as requests name and callers see them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customer_profile.consents import queries as consents
from customer_profile.customers import repository
from customer_profile.domain.customer import CustomerRecord
from lealtad.events.catalog.customer_profile import CustomerStatus
from lealtad.http import Answer, CustomerRef, Page, PageQuery, Personal, conflict, gone, not_found
from lealtad.unit_of_work import UnitOfWork


async def find_customer_id(uow: UnitOfWork, ref: str) -> UUID:
    """Return the id of the customer that `ref` names; raise 404."""
    customer_id = await repository.find_id(uow.connection, CustomerRef.parse(ref))
    if customer_id is None:
        raise customer_not_found()
    return customer_id


async def find_customer(uow: UnitOfWork, ref: str) -> CustomerRecord:
    """Return the customer that `ref` names, also a merged or an erased one; raise 404."""
    customer_id = await _id_of(uow, ref)
    record = await repository.read(uow.connection, customer_id)
    if record is None:
        raise customer_not_found()
    return record


async def lock_customer(uow: UnitOfWork, ref: str) -> CustomerRecord:
    """Lock the customer that `ref` names until the transaction ends, and return the record.

    Raises 404, 409 for a merged and 410 for an erased customer.
    """
    customer_id = await _id_of(uow, ref)
    record = await repository.read_locked(uow.connection, customer_id)
    if record is None:
        raise customer_not_found()
    require_active(record.status, record.merged_into)
    return record


def require_active(status: str, merged_into: UUID | None = None) -> None:
    """Raise 410 for an erased and 409 for a merged customer."""
    if status == CustomerStatus.ERASED:
        raise gone("customer", "This customer was erased: register them anew if they return.")
    if status == CustomerStatus.MERGED:
        raise conflict(
            "customer-merged",
            "The customer was merged",
            "Send the request for the customer that this one was merged into.",
            merged_into=merged_into,
        )


def customer_not_found() -> Exception:
    """Return the 404 of a reference that names no customer; the reference may be personal data and is not repeated."""
    return not_found("customer", "ref", "No customer has this id or external id. Check it, or register the customer.")


async def list_customers(uow: UnitOfWork, filters: Mapping[str, Any], page: PageQuery) -> Page[Any]:
    """Return a page of customers that equal `filters`, the newest first."""
    after = page.after(UUID)
    records = await repository.page(uow.connection, filters, before=after[0] if after else None, limit=page.limit)
    return Page.of(records, page.limit, lambda record: (record.id,), lambda record: record.document())


async def list_consents(uow: UnitOfWork, ref: str) -> Answer:
    """Return the whole history of a customer's consents, the newest first; raise 404."""
    customer = await find_customer(uow, ref)
    return Answer({"items": await consents.list_consents(uow, customer.id, customer.consents)})


def changed_customer(record: CustomerRecord, *, event_id: UUID | None, status: int = 200) -> Answer:
    """Return the customer after a change, with the id of the event that announces the change."""
    address = f"/v1/customers/{record.id}"
    headers = {"location": address} if status == 201 else {}  # noqa: PLR2004 - HTTP's number
    own = {"event_id": event_id}
    return Answer({**record.document(), **own}, status, headers, etag=record.version, personal=Personal(address, own))


async def current_answer(uow: UnitOfWork, given: Personal) -> Answer:
    """Return an answer of `changed_customer` once more, with the customer as they are now."""
    record = await find_customer(uow, given.address.rpartition("/")[2])
    return changed_customer(record, event_id=given.kept["event_id"])


async def _id_of(uow: UnitOfWork, ref: str) -> UUID:
    # An id needs no look-up: reading the customer tells whether the id exists.
    return CustomerRef.parse(ref).id or await find_customer_id(uow, ref)
