"""SQL of the history of consents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from customer_profile.consents.models import consent
from customer_profile.domain.consent_statement import ConsentStatement
from lealtad.db import Connection
from lealtad.ids import new_id

_INSERT = """
    INSERT INTO consent AS stored
        (id, customer_id, purpose, channel, granted, given_at, expires_at, source, recorded_at)
    VALUES (:id, :customer_id, :purpose, :channel, :granted, :given_at, :expires_at, :source, :recorded_at)
    ON CONFLICT ON CONSTRAINT uq_consent_word
"""
# The update changes nothing: it makes the statement return the row of an equal statement.
INSERT_OR_FIND = text(f"{_INSERT} DO UPDATE SET source = stored.source RETURNING *")
INSERT_MISSING = text(f"{_INSERT} DO NOTHING")


async def insert_or_find(
    connection: Connection, customer_id: UUID, statement: ConsentStatement, recorded_at: datetime
) -> Mapping[Any, Any]:
    """Insert a statement into the history, unless an equal one is there already; return its row."""
    return (await connection.execute(INSERT_OR_FIND, _row(customer_id, statement, recorded_at))).one()


async def insert_missing(
    connection: Connection, statements: Sequence[tuple[UUID, ConsentStatement]], recorded_at: datetime
) -> None:
    """Insert statements into the histories of their customers, except those that have an equal one already."""
    rows = [_row(customer_id, statement, recorded_at) for customer_id, statement in statements]
    await connection.execute_each(INSERT_MISSING, rows)


async def read_history(connection: Connection, customer_id: UUID) -> Sequence[Mapping[Any, Any]]:
    """Return all statements of a customer, the newest first."""
    query = (
        select(consent)
        .where(consent.c.customer_id == customer_id)
        .order_by(consent.c.given_at.desc(), consent.c.id.desc())
    )
    return await connection.execute(query)


def _row(customer_id: UUID, statement: ConsentStatement, recorded_at: datetime) -> dict[str, Any]:
    stated = statement.consent
    return {
        "id": new_id(),
        "customer_id": customer_id,
        "purpose": stated.purpose,
        "channel": stated.channel,
        "granted": stated.granted,
        "given_at": stated.given_at,
        "expires_at": stated.expires_at,
        "source": statement.source,
        "recorded_at": recorded_at,
    }
