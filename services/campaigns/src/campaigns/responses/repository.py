"""SQL of responses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from campaigns.domain.propensity import Cell
from campaigns.responses.models import response
from lealtad.db import Connection, Row
from lealtad.events.catalog.customer_profile import Channel

CLOSE = text("UPDATE response SET open_until = NULL WHERE decision_id = :decision_id AND open_until IS NOT NULL")
TAKE_UNANSWERED = text("""
    UPDATE response SET open_until = NULL
    FROM (
        SELECT decision_id, response FROM response WHERE open_until <= :now
        ORDER BY open_until LIMIT :limit FOR UPDATE SKIP LOCKED
    ) AS late, decision
    WHERE response.decision_id = late.decision_id AND response.response = late.response
        AND decision.decision_id = late.decision_id
    RETURNING response.customer_id, response.offer_id, response.channel, decision.band, NOT EXISTS (
        SELECT FROM customer WHERE customer.customer_id = response.customer_id AND NOT profiling_allowed
    ) AS teaches
""")
DUE = "SELECT 1 FROM response WHERE open_until <= :now"


async def of_decision(connection: Connection, decision_id: UUID) -> Sequence[Row]:
    """Return the responses to a decision, oldest first."""
    found = select(response).where(response.c.decision_id == decision_id).order_by(response.c.occurred_at)
    return await connection.execute(found)


async def close(connection: Connection, decision_id: UUID) -> None:
    """Let the presented offer of a decision await no answer any more."""
    await connection.execute(CLOSE, {"decision_id": decision_id})


async def take_unanswered(connection: Connection, now: datetime, limit: int) -> list[tuple[UUID, Cell | None]]:
    """Let offers that were not answered in time await no answer; return their customers and cells.

    There is no cell of a customer who refuses to be profiled: nothing is learned from their silence.
    """
    rows = await connection.execute(TAKE_UNANSWERED, {"now": now, "limit": limit})
    return [
        (row.customer_id, Cell(row.offer_id, Channel(row.channel), row.band) if row.teaches else None) for row in rows
    ]


async def add(connection: Connection, values: dict[str, Any]) -> Row:
    """Insert a response and return its row."""
    added: Row = (await connection.execute(insert(response).values(**values).returning(response))).one()
    return added
