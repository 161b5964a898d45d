"""SQL of the progress of preparations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from lealtad.db import Connection, Row
from segmentation.definitions.models import preparation

BEFORE_ALL = UUID(int=0)

DUE = "SELECT 1 FROM preparation"


async def add_preparation(connection: Connection, segment_id: UUID, version: int, now: datetime) -> None:
    """Insert the preparation of a version, which begins at the first customer."""
    values = {"after": BEFORE_ALL, "started_at": now}
    await connection.execute(insert(preparation).values(segment_id=segment_id, version=version, **values))


async def find_oldest(connection: Connection) -> Row | None:
    """Return the oldest preparation; None where there is none."""
    query = select(preparation).order_by(preparation.c.started_at, preparation.c.segment_id).limit(1)
    return (await connection.execute(query)).one_or_none()


async def lock_preparation(connection: Connection, segment_id: UUID) -> Row | None:
    """Lock the preparation of a segment and return it; None where it has ended or another worker has locked it."""
    query = select(preparation).where(preparation.c.segment_id == segment_id)
    return (await connection.execute(query.with_for_update(skip_locked=True))).one_or_none()


async def advance_preparation(
    connection: Connection, segment_id: UUID, after: UUID, evaluated: int, *, complete: bool
) -> None:
    """Update a preparation: all customers up to `after` were evaluated, `evaluated` more than before."""
    chosen = update(preparation).where(preparation.c.segment_id == segment_id)
    total = preparation.c.evaluated + evaluated
    await connection.execute(chosen.values(after=after, evaluated=total, complete=complete))


async def delete_preparation(connection: Connection, segment_id: UUID) -> None:
    """Delete the preparation of a segment."""
    await connection.execute(delete(preparation).where(preparation.c.segment_id == segment_id))


async def count_evaluated(connection: Connection, segment_ids: list[UUID]) -> dict[UUID, int]:
    """Return the number of customers evaluated so far, by segment in preparation."""
    query = select(preparation.c.segment_id, preparation.c.evaluated)
    rows = await connection.execute(query.where(preparation.c.segment_id.in_(segment_ids)))
    return {row.segment_id: row.evaluated for row in rows}
