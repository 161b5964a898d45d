"""SQL of the service tiers of customers."""

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


@dataclass(frozen=True, slots=True)
class TierRow:
    """The service tier of a customer, from an event."""

    customer_id: UUID
    sequence: int
    tier: str | None
    as_of: datetime


async def read_tiers(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return the stored tiers (sequence, tier) of these customers, by customer."""
    rows = await connection.execute(SELECT_TIERS, {"ids": list(ids)})
    return {row.customer_id: row for row in rows}


async def upsert_tiers(connection: Connection, rows: Sequence[TierRow]) -> None:
    """Insert or update tiers, at most one for each customer; a stored newer tier stays."""
    columns = {
        "ids": [row.customer_id for row in rows],
        "sequences": [row.sequence for row in rows],
        "tiers": [row.tier for row in rows],
        "as_of": [row.as_of for row in rows],
    }
    await connection.execute(UPSERT_TIERS, columns)
