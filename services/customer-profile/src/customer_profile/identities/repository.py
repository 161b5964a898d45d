"""SQL of external ids, contact points and identity documents."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from customer_profile.customers.record import CustomerRecord
from customer_profile.identities import models

# A row of somebody else is left as it is, locked, and told.
CLAIM_EXTERNAL_IDS = text("""
    INSERT INTO customer_external_id AS known (source, external_id, customer_id)
    SELECT source, external_id, :id
    FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[])) AS wanted (source, external_id)
    ORDER BY source, external_id
    ON CONFLICT (source, external_id) DO UPDATE SET customer_id = known.customer_id
    RETURNING known.source, known.customer_id
""")
FORGET_EXTERNAL_IDS = text("""
    DELETE FROM customer_external_id
    WHERE customer_id = :id AND (source, external_id) NOT IN (
        SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[]))
    )
""")


async def replace_external_ids(connection: AsyncConnection, record: CustomerRecord) -> dict[str, UUID]:
    """Make the record's external ids the customer's only ones; return who owns those that others have."""
    known = record.profile["external_ids"]
    parameters = {
        "id": record.id,
        "sources": [one["source"] for one in known],
        "external_ids": [one["external_id"] for one in known],
    }
    await connection.execute(FORGET_EXTERNAL_IDS, parameters)
    rows = await connection.execute(CLAIM_EXTERNAL_IDS, parameters)
    return {row.source: row.customer_id for row in rows if row.customer_id != record.id}


async def replace_contact_points(connection: AsyncConnection, record: CustomerRecord) -> None:
    """Make the record's addresses and numbers the customer's only ones."""
    rows = [
        {"customer_id": record.id, "kind": kind, "value": value, "place": place}
        for kind, values in (("email", record.profile["emails"]), ("phone", record.profile["phones"]))
        for place, value in enumerate(values)
    ]
    await _replace(connection, models.contact_point, record.id, rows)


async def replace_documents(connection: AsyncConnection, record: CustomerRecord) -> None:
    """Make the record's identity documents the customer's only ones."""
    rows = [{"customer_id": record.id, **document} for document in record.profile["documents"]]
    await _replace(connection, models.identity_document, record.id, rows)


async def _replace(connection: AsyncConnection, table: Table, customer_id: UUID, rows: Sequence[Any]) -> None:
    await connection.execute(table.delete().where(table.c.customer_id == customer_id))
    if rows:
        await connection.execute(table.insert().values(rows))
