"""SQL of the customers' shareable state."""

from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lealtad.events.catalog.customer_profile import CustomerState
from lealtad.events.envelope import Event
from lealtad.http import CustomerRef
from segmentation.customers.models import customer, customer_external_id

KEEP_STATES = text("""
INSERT INTO customer AS known (customer_id, sequence, status, merged_into, country, region, language, stratum,
                               birth_year, registered_on)
SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:sequences AS bigint[]), CAST(:statuses AS text[]),
                     CAST(:merged_into AS uuid[]), CAST(:countries AS text[]), CAST(:regions AS text[]),
                     CAST(:languages AS text[]), CAST(:strata AS smallint[]), CAST(:birth_years AS smallint[]),
                     CAST(:registered AS date[]))
ON CONFLICT (customer_id) DO UPDATE SET
    sequence = EXCLUDED.sequence, status = EXCLUDED.status, merged_into = EXCLUDED.merged_into,
    country = EXCLUDED.country, region = EXCLUDED.region, language = EXCLUDED.language, stratum = EXCLUDED.stratum,
    birth_year = EXCLUDED.birth_year, registered_on = EXCLUDED.registered_on
WHERE EXCLUDED.sequence > known.sequence
RETURNING customer_id
""")

FORGET_EXTERNAL_IDS = text("""
DELETE FROM customer_external_id WHERE customer_id = ANY(CAST(:customer_ids AS uuid[]))
""")

KEEP_EXTERNAL_IDS = text("""
INSERT INTO customer_external_id (source, external_id, customer_id)
SELECT DISTINCT * FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[]), CAST(:customer_ids AS uuid[]))
""")


async def keep_states(connection: AsyncConnection, events: Sequence[Event[CustomerState]]) -> set[UUID]:
    """Store states, one per customer; return the customers whose state was newer than the stored one."""
    data = [event.data for event in events]
    rows = await connection.execute(
        KEEP_STATES,
        {
            "ids": [event.key for event in events],
            "sequences": [event.sequence for event in events],
            "statuses": [item.status.value for item in data],
            "merged_into": [item.merged_into for item in data],
            "countries": [item.country for item in data],
            "regions": [item.region for item in data],
            "languages": [item.language for item in data],
            "strata": [item.stratum for item in data],
            "birth_years": [item.birth_year for item in data],
            "registered": [item.registered_at.astimezone(UTC).date() for item in data],
        },
    )
    return set(rows.scalars())


async def replace_external_ids(
    connection: AsyncConnection, customer_ids: Sequence[UUID], external_ids: Sequence[tuple[str, str, UUID]]
) -> None:
    """Give these customers the (source, external id, customer) rows, and no others."""
    await connection.execute(FORGET_EXTERNAL_IDS, {"customer_ids": customer_ids})
    await connection.execute(
        KEEP_EXTERNAL_IDS,
        {
            "sources": [source for source, _, _ in external_ids],
            "external_ids": [external_id for _, external_id, _ in external_ids],
            "customer_ids": [owner for _, _, owner in external_ids],
        },
    )


async def find(connection: AsyncConnection, ref: CustomerRef) -> UUID | None:
    """Return the customer that `ref` names, one in use before a merged one; None where nobody is known by it."""
    if ref.id is not None:
        query = select(customer.c.customer_id).where(customer.c.customer_id == ref.id)
    else:
        named = customer_external_id
        query = (
            select(customer.c.customer_id)
            .join(named, named.c.customer_id == customer.c.customer_id)
            .where(named.c.source == ref.source, named.c.external_id == ref.external_id)
            .order_by((customer.c.status == "active").desc(), customer.c.customer_id.desc())
            .limit(1)
        )
    return (await connection.execute(query)).scalar_one_or_none()
