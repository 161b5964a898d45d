"""SQL of the evaluated customers: locks, due times, and counts of members."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, text, update

from lealtad.db import Connection
from segmentation.customer_base.models import evaluated_customer, membership

ADD_CUSTOMERS = text("""
INSERT INTO standing (customer_id) SELECT unnest(CAST(:ids AS uuid[])) ON CONFLICT (customer_id) DO NOTHING
""")

# Lock all customers or none. If a transaction locked some, then added and locked customers with smaller ids, the
# ascending order would be broken and two transactions could deadlock. Sub-selects of this statement see the state
# before it waited for a lock: a later statement reads the memberships. The revision may be read here, since an
# earlier statement has locked the rulebook.
LOCK_CUSTOMERS = text("""
SELECT (SELECT revision FROM rulebook) FROM standing
WHERE customer_id = ANY(CAST(:ids AS uuid[]))
  AND (SELECT count(*) FROM standing WHERE customer_id = ANY(CAST(:ids AS uuid[]))) = cardinality(CAST(:ids AS uuid[]))
ORDER BY customer_id FOR UPDATE
""")

LOCK_DUE = text("""
SELECT customer_id FROM standing WHERE next_due_at <= :now ORDER BY next_due_at LIMIT :number FOR UPDATE SKIP LOCKED
""")

DUE = "SELECT 1 FROM standing WHERE next_due_at <= :now"
LIST_CUSTOMERS = text("SELECT customer_id FROM standing WHERE customer_id > :after ORDER BY customer_id LIMIT :number")

LOCK_UNLOCKED = text("""
SELECT customer_id FROM standing
WHERE customer_id = ANY(CAST(:ids AS uuid[])) ORDER BY customer_id FOR UPDATE SKIP LOCKED
""")

MAKE_DUE = text("UPDATE standing SET next_due_at = :now WHERE customer_id = ANY(CAST(:ids AS uuid[]))")


async def lock_customers(connection: Connection, customer_ids: Sequence[UUID]) -> UUID:
    """Lock customers in ascending id, new ones included; return the revision of the locked rulebook."""
    ids = {"ids": list(customer_ids)}
    revisions = (await connection.execute(LOCK_CUSTOMERS, ids)).scalars()
    if not revisions:
        await connection.execute(ADD_CUSTOMERS, ids)
        revisions = (await connection.execute(LOCK_CUSTOMERS, ids)).scalars()
    revision: UUID = revisions[0]
    return revision


async def lock_due(connection: Connection, now: datetime, number: int) -> list[UUID]:
    """Lock customers whose next due time has come; return them in ascending id."""
    return sorted((await connection.execute(LOCK_DUE, {"now": now, "number": number})).scalars())


async def lock_unlocked(connection: Connection, customer_ids: Sequence[UUID]) -> set[UUID]:
    """Lock and return these customers; skip those that another transaction has locked (SKIP LOCKED)."""
    if not customer_ids:
        return set()
    return set((await connection.execute(LOCK_UNLOCKED, {"ids": customer_ids})).scalars())


async def list_customers(connection: Connection, after: UUID, number: int) -> list[UUID]:
    """Return the next `number` customers beyond `after` in ascending id."""
    return list((await connection.execute(LIST_CUSTOMERS, {"after": after, "number": number})).scalars())


async def postpone_evaluation(connection: Connection, customer_id: UUID, until: datetime) -> None:
    """Update the next due time of a locked customer to `until`."""
    chosen = update(evaluated_customer).where(evaluated_customer.c.customer_id == customer_id)
    await connection.execute(chosen.values(next_due_at=until))


async def make_due(connection: Connection, customer_ids: Sequence[UUID], now: datetime) -> None:
    """Update locked customers: they are evaluated anew at `now`."""
    if customer_ids:
        await connection.execute(MAKE_DUE, {"ids": customer_ids, "now": now})


async def is_any_due(connection: Connection, now: datetime) -> bool:
    """Return whether the next due time of any customer has come."""
    columns = evaluated_customer.c
    return bool(await connection.execute(select(columns.customer_id).where(columns.next_due_at <= now).limit(1)))


async def count_members(connection: Connection, segment_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the number of announced members by segment."""
    query = (
        select(membership.c.segment_id, func.count().label("members"))
        .where(membership.c.segment_id.in_(segment_ids))
        .group_by(membership.c.segment_id)
    )
    return {row.segment_id: row.members for row in await connection.execute(query)}


def is_announced_member(segment_id: UUID) -> ColumnElement[bool]:
    """Return the condition on `evaluated_customer` that the customer was announced as a member."""
    announced = membership.c
    key = evaluated_customer.c.customer_id
    return exists().where(announced.segment_id == segment_id, announced.customer_id == key)
