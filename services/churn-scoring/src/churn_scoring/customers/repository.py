"""SQL of the customers' shareable state."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from churn_scoring.customers.models import customer, customer_external_id
from lealtad.events.catalog.customer_profile import CustomerState
from lealtad.events.envelope import Event
from lealtad.http import CustomerRef

KEEP_STATES = text("""
    INSERT INTO customer AS known (customer_id, sequence, status, merged_into)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:sequences AS bigint[]), CAST(:statuses AS text[]),
                         CAST(:merged_into AS uuid[]))
    ON CONFLICT (customer_id) DO UPDATE SET
        sequence = excluded.sequence, status = excluded.status, merged_into = excluded.merged_into
    WHERE excluded.sequence > known.sequence
    RETURNING customer_id
""")

FORGET_EXTERNAL_IDS = text("DELETE FROM customer_external_id WHERE customer_id = ANY(CAST(:ids AS uuid[]))")

# An external id may move to another customer (a merge): the state that is folded last and names it has it.
KEEP_EXTERNAL_IDS = text("""
    INSERT INTO customer_external_id (source, external_id, customer_id)
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[]), CAST(:ids AS uuid[]))
    ON CONFLICT (source, external_id) DO UPDATE SET customer_id = excluded.customer_id
""")

GONE = text("""
    SELECT customer_id, status FROM customer
    WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND status <> 'active'
""")


async def keep_states(connection: AsyncConnection, events: Sequence[Event[CustomerState]]) -> set[UUID]:
    """Store states, one per customer; return the customers whose state was newer than the stored one."""
    rows = await connection.execute(
        KEEP_STATES,
        {
            "ids": [event.key for event in events],
            "sequences": [event.sequence for event in events],
            "statuses": [event.data.status.value for event in events],
            "merged_into": [event.data.merged_into for event in events],
        },
    )
    return set(rows.scalars())


async def replace_external_ids(
    connection: AsyncConnection, customer_ids: Sequence[UUID], owners: Mapping[tuple[str, str], UUID]
) -> None:
    """Give these customers the (source, external id) pairs that `owners` names, and no others."""
    await connection.execute(FORGET_EXTERNAL_IDS, {"ids": customer_ids})
    parameters = {
        "sources": [source for source, _ in owners],
        "external_ids": [external_id for _, external_id in owners],
        "ids": list(owners.values()),
    }
    await connection.execute(KEEP_EXTERNAL_IDS, parameters)


async def gone(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the status of those customers that are merged or erased."""
    rows = await connection.execute(GONE, {"ids": ids})
    return {row.customer_id: row.status for row in rows}


async def find(connection: AsyncConnection, ref: CustomerRef) -> UUID | None:
    """Return the id of the customer that `ref` names; None where nobody is known by it."""
    query = select(customer.c.customer_id)
    if ref.id is not None:
        query = query.where(customer.c.customer_id == ref.id)
    else:
        query = select(customer_external_id.c.customer_id).where(
            customer_external_id.c.source == ref.source, customer_external_id.c.external_id == ref.external_id
        )
    found: UUID | None = await connection.scalar(query)
    return found
