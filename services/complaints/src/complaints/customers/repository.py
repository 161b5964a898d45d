"""SQL of what is known of customers; every function takes many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

# Only a newer state of a customer counts.
UPSERT_CUSTOMERS = text("""
    INSERT INTO customer AS stored (customer_id, sequence, status, merged_into)
    SELECT * FROM unnest(
        CAST(:ids AS uuid[]), CAST(:sequences AS bigint[]), CAST(:statuses AS text[]), CAST(:merged_into AS uuid[]))
    ON CONFLICT (customer_id) DO UPDATE
    SET sequence = excluded.sequence, status = excluded.status, merged_into = excluded.merged_into
    WHERE stored.sequence < excluded.sequence
    RETURNING customer_id
""")

DELETE_EXTERNAL_IDS = text("DELETE FROM customer_external_id WHERE customer_id = ANY(CAST(:ids AS uuid[]))")

INSERT_EXTERNAL_IDS = text("""
    INSERT INTO customer_external_id (source, external_id, customer_id)
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[]), CAST(:ids AS uuid[]))
    ON CONFLICT DO NOTHING
""")

SELECT_TIERS = text("""
    SELECT customer_id, sequence, tier FROM service_tier WHERE customer_id = ANY(CAST(:ids AS uuid[]))
""")

UPSERT_TIERS = text("""
    INSERT INTO service_tier AS stored (customer_id, sequence, tier, as_of)
    SELECT * FROM unnest(
        CAST(:ids AS uuid[]), CAST(:sequences AS bigint[]), CAST(:tiers AS text[]), CAST(:as_of AS timestamptz[]))
    ON CONFLICT (customer_id) DO UPDATE
    SET sequence = excluded.sequence, tier = excluded.tier, as_of = excluded.as_of
    WHERE stored.sequence < excluded.sequence
""")

INSERT_GESTURES = text("""
    INSERT INTO gesture (event_id, customer_id, response, offer_key, offer_version, decision_id, occurred_at)
    SELECT * FROM unnest(
        CAST(:event_ids AS uuid[]), CAST(:customer_ids AS uuid[]), CAST(:responses AS text[]),
        CAST(:offer_keys AS text[]), CAST(:offer_versions AS int[]), CAST(:decision_ids AS uuid[]),
        CAST(:occurred_at AS timestamptz[]))
    ON CONFLICT DO NOTHING
""")

# A merged customer stands for the one it went into.
RESOLVE_ID = text("""
    SELECT coalesce(merged_into, customer_id) FROM customer WHERE customer_id = :id AND status <> 'erased'
""")

# Two customers have one external id only while the newer state of one of them is still under way; until it
# arrives, the active one with the smaller id is taken.
RESOLVE_EXTERNAL_ID = text("""
    SELECT coalesce(merged_into, customer_id)
    FROM customer JOIN customer_external_id USING (customer_id)
    WHERE source = :source AND external_id = :external_id AND status <> 'erased'
    ORDER BY status <> 'active', customer_id
    LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """The state of a customer that an event carried."""

    id: UUID
    sequence: int
    status: str
    merged_into: UUID | None
    external_ids: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TierRow:
    """The service tier of a customer that an event carried."""

    customer_id: UUID
    sequence: int
    tier: str | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class GestureRow:
    """An answer to an offer of service recovery."""

    event_id: UUID
    customer_id: UUID
    response: str
    offer_key: str
    offer_version: int
    decision_id: UUID
    occurred_at: datetime


async def store_customers(connection: AsyncConnection, rows: Sequence[CustomerRow]) -> set[UUID]:
    """Store states, at most one of each customer; answer the ids whose state was newer than the stored one."""
    columns = {
        "ids": [row.id for row in rows],
        "sequences": [row.sequence for row in rows],
        "statuses": [row.status for row in rows],
        "merged_into": [row.merged_into for row in rows],
    }
    newer = {row.customer_id for row in await connection.execute(UPSERT_CUSTOMERS, columns)}
    if newer:
        await _replace_external_ids(connection, [row for row in rows if row.id in newer])
    return newer


async def _replace_external_ids(connection: AsyncConnection, rows: Sequence[CustomerRow]) -> None:
    await connection.execute(DELETE_EXTERNAL_IDS, {"ids": [row.id for row in rows]})
    known = [(*pair, row.id) for row in rows for pair in row.external_ids]
    if known:
        sources, external_ids, ids = zip(*known, strict=True)
        columns = {"sources": list(sources), "external_ids": list(external_ids), "ids": list(ids)}
        await connection.execute(INSERT_EXTERNAL_IDS, columns)


async def tiers(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, Row[Any]]:
    """Answer the stored tiers (sequence, tier) of those of `ids` that have one."""
    rows = await connection.execute(SELECT_TIERS, {"ids": list(ids)})
    return {row.customer_id: row for row in rows}


async def store_tiers(connection: AsyncConnection, rows: Sequence[TierRow]) -> None:
    """Store tiers, at most one of each customer, where they are newer."""
    columns = {
        "ids": [row.customer_id for row in rows],
        "sequences": [row.sequence for row in rows],
        "tiers": [row.tier for row in rows],
        "as_of": [row.as_of for row in rows],
    }
    await connection.execute(UPSERT_TIERS, columns)


async def store_gestures(connection: AsyncConnection, rows: Sequence[GestureRow]) -> None:
    """Store gestures, each once."""
    columns = {
        "event_ids": [row.event_id for row in rows],
        "customer_ids": [row.customer_id for row in rows],
        "responses": [row.response for row in rows],
        "offer_keys": [row.offer_key for row in rows],
        "offer_versions": [row.offer_version for row in rows],
        "decision_ids": [row.decision_id for row in rows],
        "occurred_at": [row.occurred_at for row in rows],
    }
    await connection.execute(INSERT_GESTURES, columns)


async def resolve_id(connection: AsyncConnection, id: UUID) -> UUID | None:  # noqa: A002 - the field's name
    """Answer the customer that an id names; None while it is not known here."""
    return (await connection.execute(RESOLVE_ID, {"id": id})).scalar_one_or_none()


async def resolve_external_id(connection: AsyncConnection, source: str, external_id: str) -> UUID | None:
    """Answer the customer that another system's id names; None while it is not known here."""
    named = {"source": source, "external_id": external_id}
    return (await connection.execute(RESOLVE_EXTERNAL_ID, named)).scalar_one_or_none()
