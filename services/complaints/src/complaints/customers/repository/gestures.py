"""SQL of gestures: answers to offers of service recovery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection

INSERT_GESTURES = text("""
    INSERT INTO gesture (event_id, customer_id, response, offer_key, offer_version, decision_id, occurred_at)
    SELECT * FROM unnest(
        CAST(:event_ids AS uuid[]), CAST(:customer_ids AS uuid[]), CAST(:responses AS text[]),
        CAST(:offer_keys AS text[]), CAST(:offer_versions AS int[]), CAST(:decision_ids AS uuid[]),
        CAST(:occurred_at AS timestamptz[]))
    ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class GestureRow:
    """An answer to an offer of service recovery."""

    event_id: UUID
    customer_id: UUID
    response: str
    offer_key: str
    offer_version: int
    decision_id: UUID
    occurred_at: datetime


async def insert_gestures(connection: Connection, rows: Sequence[GestureRow]) -> None:
    """Insert gestures; a gesture that is stored already stays as it is."""
    columns = {
        "event_ids": [row.event_id for row in rows],
        "customer_ids": [row.customer_id for row in rows],
        "responses": [row.response for row in rows],
        "offer_keys": [row.offer_key for row in rows],
        "offer_versions": [row.offer_version for row in rows],
        "decision_ids": [row.decision_id for row in rows],
        "occurred_at": [row.occurred_at for row in rows],
    }
    await connection.execute(INSERT_GESTURES, columns)
