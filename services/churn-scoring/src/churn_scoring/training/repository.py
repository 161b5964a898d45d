"""SQL of training, by keyset in short statements instead of one long transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from churn_scoring.facts.repository import read_facts
from churn_scoring.training.examples import CaseSpan, ContractFact, CustomerTimeline
from lealtad.db import Connection

# Merged and erased customers hold no information about leaving; learning from others needs their permission to profile.
EXCLUDED_CUSTOMERS = "SELECT customer_id FROM customer WHERE status <> 'active' OR NOT profiling_allowed"
FIRST_PURCHASE = text(f"""
    SELECT min(occurred_at) FROM fact WHERE kind = 'purchase' AND customer_id NOT IN ({EXCLUDED_CUSTOMERS})
""")
CUSTOMERS_AFTER = text(f"""
    SELECT customer_id FROM history
    WHERE first_purchase_day IS NOT NULL AND (CAST(:after AS uuid) IS NULL OR customer_id > :after)
      AND customer_id NOT IN ({EXCLUDED_CUSTOMERS})
    ORDER BY customer_id LIMIT :limit
""")

CONTRACT_FACTS = text("SELECT * FROM contract_fact WHERE customer_id = ANY(CAST(:ids AS uuid[]))")
CASE_SPANS = text("""
    SELECT customer_id, opened_at, resolved_at FROM service_case
    WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND complains
""")


async def read_first_purchase_time(connection: Connection) -> datetime | None:
    """Return the time of the first purchase of customers used for training."""
    first: datetime | None = await connection.scalar(FIRST_PURCHASE)
    return first


async def list_customers_after(connection: Connection, after: UUID | None, limit: int) -> list[UUID]:
    """Return the next customers used for training who ever bought, in ascending id."""
    return list((await connection.execute(CUSTOMERS_AFTER, {"after": after, "limit": limit})).scalars())


async def read_timelines(connection: Connection, customer_ids: Sequence[UUID]) -> list[CustomerTimeline]:
    """Return the timelines of these customers, in ascending id."""
    timelines = {customer: CustomerTimeline(customer) for customer in customer_ids}
    for fact in await read_facts(connection, customer_ids):
        timelines[fact.customer_id].facts.append(fact)
    for row in await connection.execute(CONTRACT_FACTS, {"ids": customer_ids}):
        found = ContractFact(
            row.occurred_at, row.fact_id, row.contract_id, row.starts_at, row.ends_at, row.version, row.known_at
        )
        timelines[row.customer_id].contracts.append(found)
    for row in await connection.execute(CASE_SPANS, {"ids": customer_ids}):
        timelines[row.customer_id].cases.append(CaseSpan(row.opened_at, row.resolved_at))
    return [timelines[customer] for customer in sorted(timelines)]
