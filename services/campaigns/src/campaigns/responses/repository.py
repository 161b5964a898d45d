"""SQL of responses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from campaigns.domain.propensity import Cell
from campaigns.responses.models import response
from lealtad.db import Connection, Row
from lealtad.db.recordset import as_rows, insert_rows
from lealtad.events.catalog.customer_profile import Channel

CLOSE = text("UPDATE response SET open_until = NULL WHERE decision_id = :decision_id AND open_until IS NOT NULL")
CLOSE_UNANSWERED = text("""
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
RESTORE_RESPONSES = insert_rows(response, "ON CONFLICT (decision_id, response) DO NOTHING")
DUE = "SELECT 1 FROM response WHERE open_until <= :now"


async def list_of_decision(connection: Connection, decision_id: UUID) -> Sequence[Row]:
    """Return the responses to a decision, oldest first."""
    responses = select(response).where(response.c.decision_id == decision_id).order_by(response.c.occurred_at)
    return await connection.execute(responses)


async def close(connection: Connection, decision_id: UUID) -> None:
    """Update the presented offer of a decision so that it awaits no answer."""
    await connection.execute(CLOSE, {"decision_id": decision_id})


async def close_unanswered(connection: Connection, now: datetime, limit: int) -> list[tuple[UUID, Cell | None]]:
    """Update offers that were not answered in time so that they await no answer; return their customers and cells.

    The cell is None for a customer who refuses profiling, because nothing is learned from such a customer.
    """
    rows = await connection.execute(CLOSE_UNANSWERED, {"now": now, "limit": limit})
    return [
        (row.customer_id, Cell(row.offer_id, Channel(row.channel), row.band) if row.teaches else None) for row in rows
    ]


async def add(connection: Connection, values: dict[str, Any]) -> Row:
    """Insert a response and return its row."""
    added: Row = (await connection.execute(insert(response).values(**values).returning(response))).one()
    return added


async def restore_responses(connection: Connection, responses: Sequence[Mapping[str, Any]]) -> None:
    """Insert responses that are not stored."""
    await connection.execute(RESTORE_RESPONSES, as_rows(responses))
