"""SQL of the walks over the base."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from lealtad.db import Connection, Row
from segmentation.domain.sweeps import SweepReason
from segmentation.memberships.models import standing, sweep

BEFORE_ALL = UUID(int=0)

DUE = "SELECT 1 FROM sweep"


async def begin(connection: Connection, reason: SweepReason, now: datetime, *, segment_id: UUID | None = None) -> None:
    """Have the base walked from its first customer on, after the walks that began before."""
    values = {"reason": reason.value, "segment_id": segment_id, "after": BEFORE_ALL, "started_at": now}
    await connection.execute(insert(sweep).values(values))


async def oldest(connection: Connection) -> Row | None:
    """Return the oldest walk; None where there is none."""
    return (await connection.execute(select(sweep).order_by(sweep.c.sweep_id).limit(1))).one_or_none()


async def lock(connection: Connection, sweep_id: int) -> Row | None:
    """Lock a walk; None where it ended or somebody else is at it."""
    query = select(sweep).where(sweep.c.sweep_id == sweep_id).with_for_update(skip_locked=True)
    return (await connection.execute(query)).one_or_none()


def query(after: UUID, number: int, concerned: ColumnElement[bool]) -> Select[tuple[UUID, bool]]:
    """Return the query for the next `number` customers in ascending id, each with whether it is `concerned`."""
    key = standing.c.customer_id
    return select(key, concerned.label("concerned")).where(key > after).order_by(key).limit(number)


async def following(
    connection: Connection, after: UUID, number: int, concerned: ColumnElement[bool], binds: Mapping[str, Any]
) -> list[Row]:
    """Return the rows of `query`, with `binds` for `concerned`."""
    return list(await connection.execute(query(after, number, concerned), dict(binds)))


async def advance(connection: Connection, sweep_id: int, after: UUID) -> None:
    """Note that everybody up to `after` was looked at."""
    await connection.execute(update(sweep).where(sweep.c.sweep_id == sweep_id).values(after=after))


async def end(connection: Connection, sweep_id: int) -> None:
    """Forget a walk that is done."""
    await connection.execute(delete(sweep).where(sweep.c.sweep_id == sweep_id))


async def is_under_way(connection: Connection, segment_id: UUID | None = None) -> bool:
    """Return whether there is a walk to do, because of this segment or of anything."""
    query = select(sweep.c.sweep_id).limit(1)
    if segment_id is not None:
        query = query.where(sweep.c.segment_id == segment_id)
    return bool(await connection.execute(query))
