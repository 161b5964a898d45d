"""SQL of what is known of customers; every function takes many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection, Row

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


async def tiers(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Answer the stored tiers (sequence, tier) of those of `ids` that have one."""
    rows = await connection.execute(SELECT_TIERS, {"ids": list(ids)})
    return {row.customer_id: row for row in rows}


async def store_tiers(connection: Connection, rows: Sequence[TierRow]) -> None:
    """Store tiers, at most one of each customer, where they are newer."""
    columns = {
        "ids": [row.customer_id for row in rows],
        "sequences": [row.sequence for row in rows],
        "tiers": [row.tier for row in rows],
        "as_of": [row.as_of for row in rows],
    }
    await connection.execute(UPSERT_TIERS, columns)


async def store_gestures(connection: Connection, rows: Sequence[GestureRow]) -> None:
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
