"""SQL of the history of consents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from customer_profile.consents.models import consent
from lealtad.consents import Consent
from lealtad.db import Connection
from lealtad.ids import new_id

ADD = """
    INSERT INTO consent AS known
        (id, customer_id, purpose, channel, granted, given_at, expires_at, source, recorded_at)
    VALUES (:id, :customer_id, :purpose, :channel, :granted, :given_at, :expires_at, :source, :recorded_at)
    ON CONFLICT ON CONSTRAINT uq_consent_word
"""
# The same word again finds its first record; the update changes nothing and returns it.
RECORD = text(f"{ADD} DO UPDATE SET source = known.source RETURNING *")
RECORD_ALL = text(f"{ADD} DO NOTHING")


async def record(
    connection: Connection, customer_id: UUID, said: Consent, *, source: str, at: datetime
) -> Mapping[Any, Any]:
    """Add a word of the customer to the history, unless it stands there already; return its row."""
    return (await connection.execute(RECORD, _row(customer_id, said, source, at))).one()


async def record_all(connection: Connection, said: Sequence[tuple[UUID, Consent, str]], *, at: datetime) -> None:
    """Add words (whose, what, and where it was said) to the histories, unless they stand there already."""
    rows = [_row(customer_id, consent, source, at) for customer_id, consent, source in said]
    await connection.execute_each(RECORD_ALL, rows)


async def history(connection: Connection, customer_id: UUID) -> Sequence[Mapping[Any, Any]]:
    """Return all a customer said, the newest first."""
    statement = (
        select(consent)
        .where(consent.c.customer_id == customer_id)
        .order_by(consent.c.given_at.desc(), consent.c.id.desc())
    )
    return await connection.execute(statement)


def _row(customer_id: UUID, said: Consent, source: str, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "customer_id": customer_id,
        "purpose": said.purpose,
        "channel": said.channel,
        "granted": said.granted,
        "given_at": said.given_at,
        "expires_at": said.expires_at,
        "source": source,
        "recorded_at": at,
    }
