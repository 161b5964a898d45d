"""SQL of the 360 view of one customer."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from customer_profile.facts.models import customer_totals
from customer_profile.view.models import ANNOUNCEMENTS, CASES, OFFER_RESPONSES
from lealtad.db import Connection

# One walk down the index for each kind.
RECENT = text("""
    SELECT recent.*
    FROM unnest(CAST(:kinds AS text[])) AS wanted (kind)
    CROSS JOIN LATERAL (
        SELECT kind, id, occurred_at, data
        FROM fact
        WHERE customer_id = :customer_id AND fact.kind = wanted.kind
        ORDER BY occurred_at DESC, id DESC
        LIMIT :limit
    ) AS recent
""")
CONTRACTS = text("""
    SELECT contract.*, fact.source_system, fact.source_fact_id
    FROM contract JOIN fact USING (id)
    WHERE contract.customer_id = :customer_id
    ORDER BY contract.id DESC
    LIMIT :limit
""")


async def read_totals(connection: Connection, customer_id: UUID) -> Mapping[Any, Any] | None:
    """Return the customer's totals, or None while there are no facts."""
    statement = select(customer_totals).where(customer_totals.c.customer_id == customer_id)
    return (await connection.execute(statement)).one_or_none()


async def read_recent(connection: Connection, customer_id: UUID, kinds: Sequence[str], limit: int) -> Sequence[Any]:
    """Return the newest `limit` facts of each of `kinds`, the newest first."""
    return await connection.execute(RECENT, {"customer_id": customer_id, "kinds": list(kinds), "limit": limit})


async def read_contracts(connection: Connection, customer_id: UUID, limit: int) -> Sequence[Any]:
    """Return the newest `limit` contracts."""
    return await connection.execute(CONTRACTS, {"customer_id": customer_id, "limit": limit})


async def read_announced(connection: Connection, customer_id: UUID) -> dict[str, Any]:
    """Return what the other services announced last, by part."""
    announced = ANNOUNCEMENTS.table
    statement = select(announced).where(announced.c.customer_id == customer_id)
    return {row.part: row for row in await connection.execute(statement)}


async def read_cases(connection: Connection, customer_id: UUID, limit: int) -> Sequence[Any]:
    """Return open cases and then others, the newest first."""
    case = CASES.table.columns
    statement = (
        select(CASES.table)
        .where(case.customer_id == customer_id)
        .order_by(case.open.desc(), case.opened_at.desc(), case.case_id)
        .limit(limit)
    )
    return await connection.execute(statement)


async def read_responses(connection: Connection, customer_id: UUID, limit: int) -> Sequence[Any]:
    """Return the newest responses to offers."""
    response = OFFER_RESPONSES.table.columns
    statement = (
        select(OFFER_RESPONSES.table)
        .where(response.customer_id == customer_id)
        .order_by(response.occurred_at.desc(), response.event_id)
        .limit(limit)
    )
    return await connection.execute(statement)
