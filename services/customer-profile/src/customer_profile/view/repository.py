"""SQL of the 360 view of one customer."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from customer_profile.facts.models import customer_totals
from customer_profile.view.models import ANNOUNCEMENTS, CASES, OFFER_RESPONSES
from lealtad.db import Connection


async def read_totals(connection: Connection, customer_id: UUID) -> Mapping[Any, Any] | None:
    """Return the customer's totals, or None while there are no facts."""
    statement = select(customer_totals).where(customer_totals.c.customer_id == customer_id)
    return (await connection.execute(statement)).one_or_none()


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
