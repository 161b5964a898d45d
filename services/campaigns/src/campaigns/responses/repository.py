"""SQL of responses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from campaigns.domain.customer import Answer, Response
from campaigns.responses.models import response
from lealtad.events.catalog.campaigns import OfferKind

RECENT = text("""
    SELECT customer_id, offer_id, offer_kind, promotional, response, occurred_at FROM response
    WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND occurred_at > :since
""")


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


async def add(connection: AsyncConnection, values: dict[str, Any]) -> Row[Any]:
    """Insert a response and return its row."""
    added: Row[Any] = (await connection.execute(insert(response).values(**values).returning(response))).one()
    return added
