"""Reading the journal: what this service did with one event."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

READ = text("SELECT * FROM journal WHERE event_id = :event_id")
PRUNE = text("""
    DELETE FROM journal WHERE event_id IN (SELECT event_id FROM journal WHERE stored_at < :before LIMIT :limit)
""")


async def read(connection: AsyncConnection, event_id: UUID) -> Row[Any] | None:
    """Return the journal row of an event, a fact or a due action, if there is one."""
    return (await connection.execute(READ, {"event_id": event_id})).one_or_none()


async def prune(connection: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete at most `limit` rows older than `before` (system time); return their number."""
    return (await connection.execute(PRUNE, {"before": before, "limit": limit})).rowcount
