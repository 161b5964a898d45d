"""SQL of the copy of customers."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection

FORGET_EXTERNAL_IDS = text("DELETE FROM customer_external_id WHERE customer_id = ANY(CAST(:customers AS uuid[]))")
ADD_EXTERNAL_IDS = text("""
    INSERT INTO customer_external_id (source, external_id, customer_id)
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[]), CAST(:customers AS uuid[]))
    ON CONFLICT DO NOTHING
""")
PAGE = text("""
    SELECT customer_id FROM customer
    WHERE customer_id > coalesce(CAST(:after AS uuid), '00000000-0000-0000-0000-000000000000')
    ORDER BY customer_id LIMIT :limit
""")
BY_ID = text("""
    SELECT coalesce(merged_into, customer_id) FROM customer WHERE customer_id = :id AND status <> 'erased'
""")
# Two customers have one external id only while the newer state of one of them is still under way. Until it arrives, the
# query returns the active customer with the smaller id.
BY_EXTERNAL_ID = text("""
    SELECT coalesce(merged_into, customer_id)
    FROM customer JOIN customer_external_id USING (customer_id)
    WHERE source = :source AND external_id = :external_id AND status <> 'erased'
    ORDER BY status <> 'active', customer_id
    LIMIT 1
""")


async def replace_external_ids(
    connection: Connection, customers: Collection[UUID], external_ids: Sequence[tuple[str, str, UUID]]
) -> None:
    """Delete all external ids of `customers` and insert these (source, external id, customer)."""
    await connection.execute(FORGET_EXTERNAL_IDS, {"customers": sorted(customers)})
    parameters = {
        "sources": [source for source, _, _ in external_ids],
        "external_ids": [external_id for _, external_id, _ in external_ids],
        "customers": [customer_id for _, _, customer_id in external_ids],
    }
    await connection.execute(ADD_EXTERNAL_IDS, parameters)


async def page(connection: Connection, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return the known customers after the id `after` (None: from the first), in ascending id, at most `limit`."""
    return (await connection.execute(PAGE, {"after": after, "limit": limit})).scalars()


async def by_id(connection: Connection, customer_id: UUID) -> UUID | None:
    """Return the customer with this id, or the customer it was merged into; None when unknown or erased."""
    found: UUID | None = await connection.scalar(BY_ID, {"id": customer_id})
    return found


async def by_external_id(connection: Connection, source: str, external_id: str) -> UUID | None:
    """Return the customer with this id in a source system, or the customer it was merged into; None when unknown."""
    found: UUID | None = await connection.scalar(BY_EXTERNAL_ID, {"source": source, "external_id": external_id})
    return found
