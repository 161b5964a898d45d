"""SQL of the customers' shareable state."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

GONE = text("""
    SELECT customer_id, status FROM customer
    WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND status <> 'active'
""")


async def gone(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the status of those customers that are merged or erased."""
    rows = await connection.execute(GONE, {"ids": ids})
    return {row.customer_id: row.status for row in rows}
