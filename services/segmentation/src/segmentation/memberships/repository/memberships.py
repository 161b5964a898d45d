"""SQL that reads announced memberships."""

from uuid import UUID

from sqlalchemy import func, select, true

from lealtad.db import Connection, Row
from segmentation.customers.models import CUSTOMERS
from segmentation.definitions.models import segment
from segmentation.memberships.models import membership, standing

customer = CUSTOMERS.customer


async def members(connection: Connection, segment_id: UUID, after: UUID | None, limit: int) -> list[Row]:
    """Return members of a segment that follow `after`, by ascending id."""
    columns = membership.c
    query = select(membership).where(columns.segment_id == segment_id)
    if after is not None:
        query = query.where(columns.customer_id > after)
    return list(await connection.execute(query.order_by(columns.customer_id).limit(limit)))


async def memberships_of(connection: Connection, customer_id: UUID) -> list[Row]:
    """Return the memberships of a customer, with the key of each segment, by key."""
    query = (
        select(membership, segment.c.key)
        .join(segment, segment.c.segment_id == membership.c.segment_id)
        .where(membership.c.customer_id == customer_id)
        .order_by(segment.c.key)
    )
    return list(await connection.execute(query))


async def standing_of(connection: Connection, customer_id: UUID) -> Row | None:
    """Return where a customer stood at the last evaluation, and whether they may be profiled; None: no evaluation."""
    profiled = func.coalesce(customer.c.profiling_allowed, true()).label("profiled")
    rows = standing.outerjoin(customer, customer.c.customer_id == standing.c.customer_id)
    query = select(standing, profiled).select_from(rows).where(standing.c.customer_id == customer_id)
    return (await connection.execute(query)).one_or_none()
