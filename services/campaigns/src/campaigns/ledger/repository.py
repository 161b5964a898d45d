"""SQL of the contact ledger."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, tuple_, update

from campaigns.domain.customer import ContactStatus
from campaigns.ledger.models import contact
from lealtad.db import Connection, Row
from lealtad.db.recordset import as_rows, insert_rows, recordset

RELEASE_EXPIRED = text("""
    UPDATE contact SET status = 'released', release_reason = 'expired'
    WHERE contact_id IN (
        SELECT contact_id FROM contact WHERE status = 'reserved' AND expires_at <= :now
            AND customer_id = ANY(CAST(:customers AS uuid[])))
    RETURNING *
""")
CUSTOMERS_WITH_EXPIRED = text("""
    SELECT DISTINCT customer_id FROM (
        SELECT customer_id FROM contact WHERE status = 'reserved' AND expires_at <= :now
        ORDER BY expires_at LIMIT :limit
    ) AS expired ORDER BY customer_id
""")
RELEASE_STOPPED = text(f"""
    UPDATE contact SET status = 'released', release_reason = 'stopped', rule = row.rule
    FROM {recordset(contact, ("contact_id", "rule"))}
    WHERE contact.contact_id = row.contact_id AND contact.status = 'reserved'
    RETURNING contact.*
""")
CHANGES = ", ".join(f"{name} = excluded.{name}" for name in ("status", "at", "expires_at", "release_reason", "rule"))
RESTORE_SLOTS = insert_rows(contact, f"ON CONFLICT (contact_id) DO UPDATE SET {CHANGES}")
RECORDS = """
    SELECT CAST(:customer_id AS uuid) UNION ALL SELECT customer_id FROM customer WHERE merged_into = :customer_id
"""
DUE = "SELECT 1 FROM contact WHERE status = 'reserved' AND expires_at <= :now"


async def add(connection: Connection, values: dict[str, Any]) -> Row:
    """Insert a slot and return its row."""
    added: Row = (await connection.execute(insert(contact).values(**values).returning(contact))).one()
    return added


async def find_of_decision(connection: Connection, decision_id: UUID) -> Row | None:
    """Return the reserved or confirmed slot of a decision."""
    find_occupied_slots = (contact.c.decision_id == decision_id) & (contact.c.status != ContactStatus.RELEASED)
    return (await connection.execute(select(contact).where(find_occupied_slots))).one_or_none()


async def find_held_at(connection: Connection, decision_id: UUID, moment: datetime) -> Row | None:
    """Return the slot that was held for a decision at `moment`, whatever its status is now."""
    held = (contact.c.decision_id == decision_id) & (contact.c.at <= moment) & (contact.c.expires_at > moment)
    newest = select(contact).where(held).order_by(contact.c.at.desc(), contact.c.contact_id.desc()).limit(1)
    return (await connection.execute(newest)).one_or_none()


async def find(connection: Connection, contact_id: UUID) -> Row | None:
    """Return a slot."""
    return (await connection.execute(select(contact).where(contact.c.contact_id == contact_id))).one_or_none()


async def change(connection: Connection, contact_id: UUID, **values: Any) -> Row:
    """Update a slot and return its row. The customer must be locked."""
    change = update(contact).where(contact.c.contact_id == contact_id).values(**values).returning(contact)
    changed: Row = (await connection.execute(change)).one()
    return changed


async def list_page(
    connection: Connection, customer_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row]:
    """Return a customer's slots before the slot with this time and id, newest first.

    Include the slots of records that were merged into the customer.
    """
    slots = select(contact).where(text("customer_id = ANY(ARRAY(" + RECORDS + "))")).params(customer_id=customer_id)
    if before is not None:
        slots = slots.where(tuple_(contact.c.at, contact.c.contact_id) < tuple_(*before))
    newest = slots.order_by(contact.c.at.desc(), contact.c.contact_id.desc()).limit(limit)
    return await connection.execute(newest)


async def find_customers_with_expired(connection: Connection, now: datetime, limit: int) -> list[UUID]:
    """Return customers with expired reservations, in ascending id."""
    return list((await connection.execute(CUSTOMERS_WITH_EXPIRED, {"now": now, "limit": limit})).scalars())


async def release_expired(connection: Connection, customers: Sequence[UUID], now: datetime) -> Sequence[Row]:
    """Release the expired reservations of locked `customers`; return the slots."""
    return await connection.execute(RELEASE_EXPIRED, {"customers": list(customers), "now": now})


async def release_stopped(connection: Connection, rules: Mapping[UUID, str]) -> Sequence[Row]:
    """Release reserved slots, each for its rule; return the slots. Their customers must be locked."""
    rows = [{"contact_id": contact_id, "rule": rule} for contact_id, rule in rules.items()]
    return await connection.execute(RELEASE_STOPPED, as_rows(rows))


async def restore_slots(connection: Connection, slots: Sequence[Mapping[str, Any]]) -> None:
    """Insert slots, or update their status, times and rule if they are stored."""
    await connection.execute(RESTORE_SLOTS, as_rows(slots))
