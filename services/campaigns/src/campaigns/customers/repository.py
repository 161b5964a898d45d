"""SQL of the customers' shareable state."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from campaigns.customers.models import customer, customer_external_id
from campaigns.recordset import Row, as_rows, insert_rows, keep_newest, newest

KEEP = keep_newest(customer, "sequence")
FORGET_IDS = text("DELETE FROM customer_external_id WHERE customer_id = ANY(CAST(:customers AS uuid[]))")
ADD_IDS = insert_rows(customer_external_id, "ON CONFLICT DO NOTHING")
KNOWN = text("""
    SELECT CAST(:id AS uuid) AS customer_id WHERE EXISTS (SELECT FROM customer WHERE customer_id = :id)
        OR EXISTS (SELECT FROM next_best_action WHERE customer_id = :id)
""")
BY_EXTERNAL_ID = text("""
    SELECT coalesce(c.merged_into, c.customer_id)
    FROM customer_external_id AS known JOIN customer AS c USING (customer_id)
    WHERE known.source = :source AND known.external_id = :external_id
    ORDER BY c.status = 'active' DESC, c.customer_id LIMIT 1
""")


async def keep(connection: AsyncConnection, states: Sequence[Row]) -> set[UUID]:
    """Store each state that is newer than the stored one; return the customers that changed."""
    rows = await connection.execute(KEEP, as_rows(newest(states, "customer_id", "sequence")))
    return set(rows.scalars())


async def replace_external_ids(connection: AsyncConnection, customers: set[UUID], ids: Sequence[Row]) -> None:
    """Let `ids` be all external ids of `customers`."""
    await connection.execute(FORGET_IDS, {"customers": sorted(customers)})
    await connection.execute(ADD_IDS, as_rows(ids))


async def known(connection: AsyncConnection, customer_id: UUID) -> UUID | None:
    """Return the id if anything is known about the customer."""
    found: UUID | None = await connection.scalar(KNOWN, {"id": customer_id})
    return found


async def by_external_id(connection: AsyncConnection, source: str, external_id: str) -> UUID | None:
    """Return the customer of an external id; of a merged customer, the one he was merged into."""
    found: UUID | None = await connection.scalar(BY_EXTERNAL_ID, {"source": source, "external_id": external_id})
    return found
