"""SQL that takes back what was published."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from campaigns.decisions.models import next_best_action
from campaigns.ledger.models import contact
from campaigns.responses.models import response
from lealtad.db import Connection
from lealtad.db.recordset import Row, as_rows, insert_rows, recordset

# Due at once: what owned state says now is announced where it differs.
STORE_STANDING = text(f"""
    UPDATE next_best_action AS standing
    SET offer_id = row.offer_id, channel = row.channel, mute = row.mute, seed = NULL, next_due_at = :now
    FROM {recordset(next_best_action, ("customer_id", "offer_id", "channel", "mute"))}
    WHERE standing.customer_id = row.customer_id
""")
CHANGES = ", ".join(f"{name} = excluded.{name}" for name in ("status", "at", "expires_at", "release_reason", "rule"))
STORE_CONTACTS = insert_rows(contact, f"ON CONFLICT (contact_id) DO UPDATE SET {CHANGES}")
STORE_RESPONSES = insert_rows(response, "ON CONFLICT (decision_id, response) DO NOTHING")


async def store_standing(connection: Connection, standing: Sequence[Row], now: datetime) -> None:
    """Store which actions of locked customers were announced, and have them decided anew."""
    await connection.execute(STORE_STANDING, {"now": now, **as_rows(standing)})


async def store_contacts(connection: Connection, contacts: Sequence[Row]) -> None:
    """Store slots of the ledger as they were told of last."""
    await connection.execute(STORE_CONTACTS, as_rows(contacts))


async def store_responses(connection: Connection, responses: Sequence[Row]) -> None:
    """Store responses that are not there."""
    await connection.execute(STORE_RESPONSES, as_rows(responses))
