"""Queries of the journal: what this service did with one event."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection, Row

READ = text("SELECT * FROM journal WHERE event_id = :event_id")
PRUNE = text("""
    DELETE FROM journal WHERE event_id IN (SELECT event_id FROM journal WHERE stored_at < :before LIMIT :limit)
""")


async def read(connection: Connection, event_id: UUID) -> Row | None:
    """Return the journal row of an event, a fact or a due action, or None."""
    return (await connection.execute(READ, {"event_id": event_id})).one_or_none()


async def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` rows older than `before` (system time); return their number."""
    return await connection.affected(PRUNE, {"before": before, "limit": limit})
