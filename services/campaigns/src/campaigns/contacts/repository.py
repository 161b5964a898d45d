"""SQL of the contact ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from campaigns.contacts.models import contact
from campaigns.domain.customer import Contact, ContactStatus
from lealtad.events.catalog.customer_profile import Channel

COUNTED = text("""
    SELECT customer_id, offer_id, channel, status, at, expires_at FROM contact
    WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND at > :since AND counts AND status <> 'released'
""")
TAKE_EXPIRED = text("""
    UPDATE contact SET status = 'released', release_reason = 'expired'
    WHERE contact_id IN (
        SELECT contact_id FROM contact WHERE status = 'reserved' AND expires_at <= :now
            AND customer_id = ANY(CAST(:customers AS uuid[])))
    RETURNING *
""")
EXPIRED_CUSTOMERS = text("""
    SELECT DISTINCT customer_id FROM (
        SELECT customer_id FROM contact WHERE status = 'reserved' AND expires_at <= :now
        ORDER BY expires_at LIMIT :limit
    ) AS expired ORDER BY customer_id
""")
DUE = "SELECT 1 FROM contact WHERE status = 'reserved' AND expires_at <= :now"


async def counted(
    connection: AsyncConnection, customers: Sequence[UUID], since: datetime
) -> dict[UUID, tuple[Contact, ...]]:
    """Return of each customer the contacts since then that spend slots of the caps."""
    found: dict[UUID, tuple[Contact, ...]] = {}
    for row in await connection.execute(COUNTED, {"customers": list(customers), "since": since}):
        slot = Contact(row.offer_id, Channel(row.channel), ContactStatus(row.status), row.at, row.expires_at)
        found[row.customer_id] = (*found.get(row.customer_id, ()), slot)
    return found


async def add(connection: AsyncConnection, values: dict[str, Any]) -> Row[Any]:
    """Insert a slot and return its row."""
    added: Row[Any] = (await connection.execute(insert(contact).values(**values).returning(contact))).one()
    return added


async def of_decision(connection: AsyncConnection, decision_id: UUID) -> Row[Any] | None:
    """Return the slot that a decision holds, reserved or confirmed."""
    held = (contact.c.decision_id == decision_id) & (contact.c.status != ContactStatus.RELEASED)
    return (await connection.execute(select(contact).where(held))).one_or_none()


async def read(connection: AsyncConnection, contact_id: UUID) -> Row[Any] | None:
    """Return a slot."""
    return (await connection.execute(select(contact).where(contact.c.contact_id == contact_id))).one_or_none()


async def change(connection: AsyncConnection, contact_id: UUID, **values: Any) -> Row[Any]:
    """Change a slot and return its row; the customer must be locked."""
    change = update(contact).where(contact.c.contact_id == contact_id).values(**values).returning(contact)
    changed: Row[Any] = (await connection.execute(change)).one()
    return changed


async def page(
    connection: AsyncConnection, customer_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """Return a customer's ledger, newest first, before the slot with this time and id."""
    found = select(contact).where(contact.c.customer_id == customer_id)
    if before is not None:
        found = found.where(tuple_(contact.c.at, contact.c.contact_id) < tuple_(*before))
    newest = found.order_by(contact.c.at.desc(), contact.c.contact_id.desc()).limit(limit)
    return (await connection.execute(newest)).all()


async def customers_with_expired(connection: AsyncConnection, now: datetime, limit: int) -> list[UUID]:
    """Return customers with reservations that expired, in ascending id."""
    return list((await connection.execute(EXPIRED_CUSTOMERS, {"now": now, "limit": limit})).scalars())


async def release_expired(connection: AsyncConnection, customers: Sequence[UUID], now: datetime) -> Sequence[Row[Any]]:
    """Release the expired reservations of `customers`, who must be locked; return them."""
    return (await connection.execute(TAKE_EXPIRED, {"customers": list(customers), "now": now})).all()
