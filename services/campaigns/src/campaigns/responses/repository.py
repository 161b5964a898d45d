"""SQL of responses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from campaigns.domain.customer import Answer, Response
from campaigns.domain.propensity import Cell
from campaigns.responses.models import response
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel

RECENT = text("""
    SELECT customer_id, offer_id, offer_kind, promotional, response, occurred_at FROM response
    WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND occurred_at > :since
""")

CLOSE = text("UPDATE response SET open_until = NULL WHERE decision_id = :decision_id AND open_until IS NOT NULL")
TAKE_UNANSWERED = text("""
    UPDATE response SET open_until = NULL
    FROM (
        SELECT decision_id, response FROM response WHERE open_until <= :now
        ORDER BY open_until LIMIT :limit FOR UPDATE SKIP LOCKED
    ) AS late, decision
    WHERE response.decision_id = late.decision_id AND response.response = late.response
        AND decision.decision_id = late.decision_id
    RETURNING response.customer_id, response.offer_id, response.channel, decision.band
""")
DUE = "SELECT 1 FROM response WHERE open_until <= :now"


async def recent(
    connection: AsyncConnection, customers: Sequence[UUID], since: datetime
) -> dict[UUID, tuple[Answer, ...]]:
    """Return the responses of each customer since then."""
    found: dict[UUID, tuple[Answer, ...]] = {}
    for row in await connection.execute(RECENT, {"customers": list(customers), "since": since}):
        answer = Answer(
            row.offer_id, OfferKind(row.offer_kind), row.promotional, Response(row.response), row.occurred_at
        )
        found[row.customer_id] = (*found.get(row.customer_id, ()), answer)
    return found


async def of_decision(connection: AsyncConnection, decision_id: UUID) -> Sequence[Row[Any]]:
    """Return the responses to a decision, oldest first."""
    found = select(response).where(response.c.decision_id == decision_id).order_by(response.c.occurred_at)
    return (await connection.execute(found)).all()


async def close(connection: AsyncConnection, decision_id: UUID) -> None:
    """Let the presented offer of a decision await no answer any more."""
    await connection.execute(CLOSE, {"decision_id": decision_id})


async def take_unanswered(connection: AsyncConnection, now: datetime, limit: int) -> list[tuple[UUID, Cell]]:
    """Let offers that were not answered in time await no answer; return their customers and cells."""
    rows = await connection.execute(TAKE_UNANSWERED, {"now": now, "limit": limit})
    return [(row.customer_id, Cell(row.offer_id, Channel(row.channel), row.band)) for row in rows]


async def add(connection: AsyncConnection, values: dict[str, Any]) -> Row[Any]:
    """Insert a response and return its row."""
    added: Row[Any] = (await connection.execute(insert(response).values(**values).returning(response))).one()
    return added
