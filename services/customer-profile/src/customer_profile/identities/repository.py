"""SQL of external ids, contact points and identity documents."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, text

from customer_profile.domain.customer import CustomerRecord
from customer_profile.identities import models
from lealtad.db import Connection

# A row of somebody else is left as it is, locked, and told.
CLAIM_EXTERNAL_IDS = text("""
    INSERT INTO customer_external_id AS known (source, external_id, customer_id)
    SELECT source, external_id, :id
    FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[])) AS wanted (source, external_id)
    ORDER BY source, external_id
    ON CONFLICT (source, external_id) DO UPDATE SET customer_id = known.customer_id
    RETURNING known.source, known.customer_id
""")
CLAIM_NEW = text("""
    WITH claimed AS (
        INSERT INTO customer_external_id (source, external_id, customer_id)
        SELECT source, external_id, id
        FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[]), CAST(:ids AS uuid[]))
            AS wanted (source, external_id, id)
        ORDER BY source, external_id
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT count(*) = cardinality(CAST(:ids AS uuid[])) FROM claimed
""")
FORGET_EXTERNAL_IDS = text("""
    DELETE FROM customer_external_id
    WHERE customer_id = :id AND (source, external_id) NOT IN (
        SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[]))
    )
""")


async def replace_external_ids(connection: Connection, record: CustomerRecord) -> dict[str, UUID]:
    """Make the record's external ids the customer's only ones; return who owns those that others have."""
    known = _external_ids(record)
    parameters = {
        "id": record.id,
        "sources": [one["source"] for one in known],
        "external_ids": [one["external_id"] for one in known],
    }
    await connection.execute(FORGET_EXTERNAL_IDS, parameters)
    rows = await connection.execute(CLAIM_EXTERNAL_IDS, parameters)
    return {row.source: row.customer_id for row in rows if row.customer_id != record.id}


async def claim_external_ids(connection: Connection, records: Sequence[CustomerRecord]) -> bool:
    """Store the external ids of new customers; return whether none of them was taken."""
    known = [(one["source"], one["external_id"], record.id) for record in records for one in _external_ids(record)]
    sources, external_ids, ids = zip(*known, strict=True) if known else ((), (), ())
    parameters = {"sources": list(sources), "external_ids": list(external_ids), "ids": list(ids)}
    return not known or bool(await connection.scalar(CLAIM_NEW, parameters))


async def insert_contact_points(connection: Connection, records: Sequence[CustomerRecord]) -> None:
    """Store the addresses and numbers of customers who have none."""
    await _insert(connection, models.contact_point, [row for record in records for row in _contact_points(record)])


async def insert_documents(connection: Connection, records: Sequence[CustomerRecord]) -> None:
    """Store the identity documents of customers who have none."""
    await _insert(connection, models.identity_document, [row for record in records for row in _documents(record)])


async def replace_contact_points(connection: Connection, record: CustomerRecord) -> None:
    """Make the record's addresses and numbers the customer's only ones."""
    await _forget(connection, models.contact_point, record.id)
    await insert_contact_points(connection, [record])


async def replace_documents(connection: Connection, record: CustomerRecord) -> None:
    """Make the record's identity documents the customer's only ones."""
    await _forget(connection, models.identity_document, record.id)
    await insert_documents(connection, [record])


def _external_ids(record: CustomerRecord) -> Sequence[Mapping[str, str]]:
    known: Sequence[Mapping[str, str]] = record.profile["external_ids"]
    return known


def _contact_points(record: CustomerRecord) -> list[dict[str, Any]]:
    return [
        {"customer_id": record.id, "kind": kind, "value": value, "place": place}
        for kind, values in (("email", record.profile["emails"]), ("phone", record.profile["phones"]))
        for place, value in enumerate(values)
    ]


def _documents(record: CustomerRecord) -> list[dict[str, Any]]:
    return [{"customer_id": record.id, **document} for document in record.profile["documents"]]


async def _forget(connection: Connection, table: Table, customer_id: UUID) -> None:
    await connection.execute(table.delete().where(table.c.customer_id == customer_id))


async def _insert(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    await connection.execute_each(table.insert(), rows)
