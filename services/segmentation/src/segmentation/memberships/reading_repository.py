"""SQL that reads announced memberships."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from segmentation.definitions.models import segment
from segmentation.memberships.models import membership, standing


async def members(connection: AsyncConnection, segment_id: UUID, after: UUID | None, limit: int) -> list[Row[Any]]:
    """Return members of a segment that follow `after`, by ascending id."""
    columns = membership.c
    query = select(membership).where(columns.segment_id == segment_id)
    if after is not None:
        query = query.where(columns.customer_id > after)
    return list((await connection.execute(query.order_by(columns.customer_id).limit(limit))).all())


async def memberships_of(connection: AsyncConnection, customer_id: UUID) -> list[Row[Any]]:
    """Return the memberships of a customer, with the key of each segment, by key."""
    query = (
        select(membership, segment.c.key)
        .join(segment, segment.c.segment_id == membership.c.segment_id)
        .where(membership.c.customer_id == customer_id)
        .order_by(segment.c.key)
    )
    return list((await connection.execute(query)).all())


async def standing_of(connection: AsyncConnection, customer_id: UUID) -> Row[Any] | None:
    """Return where a customer stood at the last evaluation; None where there was none."""
    query = select(standing).where(standing.c.customer_id == customer_id)
    return (await connection.execute(query)).one_or_none()
