"""SQL of the sweeps over the base."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from lealtad.db import Connection, Row
from segmentation.customer_base.models import evaluated_customer, sweep
from segmentation.domain.sweeps import SweepReason

BEFORE_ALL = UUID(int=0)

DUE = "SELECT 1 FROM sweep"


async def add_sweep(
    connection: Connection, reason: SweepReason, now: datetime, *, segment_id: UUID | None = None
) -> None:
    """Insert a sweep that begins at the first customer, after the sweeps under way."""
    values = {"reason": reason.value, "segment_id": segment_id, "after": BEFORE_ALL, "started_at": now}
    await connection.execute(insert(sweep).values(values))


async def find_oldest(connection: Connection) -> Row | None:
    """Return the oldest sweep; None where there is none."""
    return (await connection.execute(select(sweep).order_by(sweep.c.sweep_id).limit(1))).one_or_none()


async def lock_sweep(connection: Connection, sweep_id: int) -> Row | None:
    """Lock a sweep and return it; None where it has ended or another worker has locked it."""
    query = select(sweep).where(sweep.c.sweep_id == sweep_id).with_for_update(skip_locked=True)
    return (await connection.execute(query)).one_or_none()


def customers_query(after: UUID, limit: int, concerned: ColumnElement[bool]) -> Select[tuple[UUID, bool]]:
    """Return the query for the next `limit` customers in ascending id, each with the answer to `concerned`."""
    key = evaluated_customer.c.customer_id
    return select(key, concerned.label("concerned")).where(key > after).order_by(key).limit(limit)


async def list_customers(
    connection: Connection, after: UUID, limit: int, concerned: ColumnElement[bool], binds: Mapping[str, Any]
) -> list[Row]:
    """Return the rows of `customers_query`; `binds` are the parameters of `concerned`."""
    return list(await connection.execute(customers_query(after, limit, concerned), dict(binds)))


async def advance_sweep(connection: Connection, sweep_id: int, after: UUID) -> None:
    """Update a sweep: all customers up to `after` were checked."""
    await connection.execute(update(sweep).where(sweep.c.sweep_id == sweep_id).values(after=after))


async def delete_sweep(connection: Connection, sweep_id: int) -> None:
    """Delete a sweep that has reached the last customer."""
    await connection.execute(delete(sweep).where(sweep.c.sweep_id == sweep_id))


async def is_sweep_under_way(connection: Connection, segment_id: UUID | None = None) -> bool:
    """Return whether a sweep has not ended yet: one for this segment, or any where no segment is named."""
    query = select(sweep.c.sweep_id).limit(1)
    if segment_id is not None:
        query = query.where(sweep.c.segment_id == segment_id)
    return bool(await connection.execute(query))
