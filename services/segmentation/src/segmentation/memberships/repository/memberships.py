"""SQL that reads announced memberships."""

from uuid import UUID

from sqlalchemy import func, select, true

from lealtad.db import Connection, Row
from segmentation.customer_base.models import evaluated_customer, membership
from segmentation.customers.models import CUSTOMERS
from segmentation.definitions.models import SEGMENTS

customer, segment = CUSTOMERS.customer, SEGMENTS.table


async def list_members(connection: Connection, segment_id: UUID, after: UUID | None, limit: int) -> list[Row]:
    """Return the members of a segment beyond `after`, by ascending id."""
    columns = membership.c
    query = select(membership).where(columns.segment_id == segment_id)
    if after is not None:
        query = query.where(columns.customer_id > after)
    return list(await connection.execute(query.order_by(columns.customer_id).limit(limit)))


async def list_memberships(connection: Connection, customer_id: UUID) -> list[Row]:
    """Return the memberships of a customer with the key of each segment, by key."""
    query = (
        select(membership, segment.c.key)
        .join(segment, segment.c.segment_id == membership.c.segment_id)
        .where(membership.c.customer_id == customer_id)
        .order_by(segment.c.key)
    )
    return list(await connection.execute(query))


async def find_evaluated_customer(connection: Connection, customer_id: UUID) -> Row | None:
    """Return the last result for a customer, and whether they may be profiled; None where there is no evaluation."""
    profiled = func.coalesce(customer.c.profiling_allowed, true()).label("profiled")
    key = evaluated_customer.c.customer_id
    rows = evaluated_customer.outerjoin(customer, customer.c.customer_id == key)
    query = select(evaluated_customer, profiled).select_from(rows).where(key == customer_id)
    return (await connection.execute(query)).one_or_none()
