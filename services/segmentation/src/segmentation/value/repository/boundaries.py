"""SQL of the boundaries and their schedule."""

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import insert, select, update

from lealtad.db import Connection, Row
from segmentation.domain.boundaries import Boundaries
from segmentation.value.models import value_boundaries, value_schedule

DUE = "SELECT 1 FROM value_schedule WHERE next_due_at <= :now"
BOUNDARIES = TypeAdapter(Boundaries)


async def find_boundaries(connection: Connection) -> Boundaries | None:
    """Return the newest boundaries; None before the first computation."""
    query = select(value_boundaries.c.boundaries).order_by(value_boundaries.c.version.desc()).limit(1)
    stored = await connection.scalar(query)
    return None if stored is None else BOUNDARIES.validate_python(stored)


async def add_boundaries(connection: Connection, boundaries: Boundaries, policy_version: int) -> None:
    """Insert a version of the boundaries."""
    await connection.execute(
        insert(value_boundaries).values(
            version=boundaries.version,
            policy_version=policy_version,
            computed_at=boundaries.computed_at,
            window_days=boundaries.window_days,
            buyers=boundaries.buyers,
            boundaries=BOUNDARIES.dump_python(boundaries, mode="json"),
        )
    )


async def list_boundaries(connection: Connection, version: int | None, limit: int) -> list[Row]:
    """Return the versions of the boundaries below `version`, the newest first."""
    columns = value_boundaries.c
    query = select(value_boundaries).order_by(columns.version.desc()).limit(limit)
    if version is not None:
        query = query.where(columns.version < version)
    return list(await connection.execute(query))


async def lock_schedule(connection: Connection, now: datetime) -> bool:
    """Lock the schedule; return whether boundaries are due and no other worker computes them."""
    due = select(value_schedule.c.only).where(value_schedule.c.next_due_at <= now)
    row = await connection.execute(due.with_for_update(skip_locked=True))
    return bool(row)


async def set_schedule(connection: Connection, at: datetime) -> None:
    """Update the time of the next computation of boundaries."""
    await connection.execute(update(value_schedule).values(next_due_at=at))
