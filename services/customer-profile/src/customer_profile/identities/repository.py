"""SQL of external ids, contact points and identity documents."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, text

from customer_profile.domain.customer import CustomerRecord
from customer_profile.identities import models
from lealtad.db import Connection

# The update changes nothing: it locks a row of another customer, and returns its owner.
CLAIM_EXTERNAL_IDS = text("""
    INSERT INTO customer_external_id AS stored (source, external_id, customer_id)
    SELECT source, external_id, :id
    FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[])) AS wanted (source, external_id)
    ORDER BY source, external_id
    ON CONFLICT (source, external_id) DO UPDATE SET customer_id = stored.customer_id
    RETURNING stored.source, stored.customer_id
""")
INSERT_EXTERNAL_IDS = text("""
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
DELETE_OTHER_EXTERNAL_IDS = text("""
    DELETE FROM customer_external_id
    WHERE customer_id = :id AND (source, external_id) NOT IN (
        SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[]))
    )
""")


async def replace_external_ids(connection: Connection, record: CustomerRecord) -> dict[str, UUID]:
    """Replace the external ids of the customer; return the owners of ids that other customers have, by source."""
    external_ids = _external_ids(record)
    parameters = {
        "id": record.id,
        "sources": [external_id["source"] for external_id in external_ids],
        "external_ids": [external_id["external_id"] for external_id in external_ids],
    }
    await connection.execute(DELETE_OTHER_EXTERNAL_IDS, parameters)
    rows = await connection.execute(CLAIM_EXTERNAL_IDS, parameters)
    return {row.source: row.customer_id for row in rows if row.customer_id != record.id}


async def insert_external_ids(connection: Connection, records: Sequence[CustomerRecord]) -> bool:
    """Insert the external ids of new customers; return whether no other customer had one of them."""
    rows = [(one["source"], one["external_id"], record.id) for record in records for one in _external_ids(record)]
    sources, external_ids, ids = zip(*rows, strict=True) if rows else ((), (), ())
    parameters = {"sources": list(sources), "external_ids": list(external_ids), "ids": list(ids)}
    return not rows or bool(await connection.scalar(INSERT_EXTERNAL_IDS, parameters))


async def insert_contact_points(connection: Connection, records: Sequence[CustomerRecord]) -> None:
    """Insert the contact points of customers who have none."""
    await _insert(connection, models.contact_point, [row for record in records for row in _contact_points(record)])


async def insert_documents(connection: Connection, records: Sequence[CustomerRecord]) -> None:
    """Insert the identity documents of customers who have none."""
    await _insert(connection, models.identity_document, [row for record in records for row in _documents(record)])


async def replace_contact_points(connection: Connection, record: CustomerRecord) -> None:
    """Replace the contact points of the customer."""
    await _delete(connection, models.contact_point, record.id)
    await insert_contact_points(connection, [record])


async def replace_documents(connection: Connection, record: CustomerRecord) -> None:
    """Replace the identity documents of the customer."""
    await _delete(connection, models.identity_document, record.id)
    await insert_documents(connection, [record])


def _external_ids(record: CustomerRecord) -> Sequence[Mapping[str, str]]:
    external_ids: Sequence[Mapping[str, str]] = record.profile["external_ids"]
    return external_ids


def _contact_points(record: CustomerRecord) -> list[dict[str, Any]]:
    return [
        {"customer_id": record.id, "kind": kind, "value": value, "place": place}
        for kind, values in (("email", record.profile["emails"]), ("phone", record.profile["phones"]))
        for place, value in enumerate(values)
    ]


def _documents(record: CustomerRecord) -> list[dict[str, Any]]:
    return [{"customer_id": record.id, **document} for document in record.profile["documents"]]


async def _delete(connection: Connection, table: Table, customer_id: UUID) -> None:
    await connection.execute(table.delete().where(table.c.customer_id == customer_id))


async def _insert(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    await connection.execute_each(table.insert(), rows)
