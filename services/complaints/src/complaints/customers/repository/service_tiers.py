"""SQL of the service tiers of customers."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection, Row

SELECT_TIERS = text("""
    SELECT customer_id, sequence, tier FROM service_tier WHERE customer_id = ANY(CAST(:ids AS uuid[]))
""")


async def read_tiers(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Return the stored tiers (sequence, tier) of these customers, by customer."""
    rows = await connection.execute(SELECT_TIERS, {"ids": list(ids)})
    return {row.customer_id: row for row in rows}
