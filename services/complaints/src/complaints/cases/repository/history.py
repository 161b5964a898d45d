"""SQL of the histories of cases, and of the texts in them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select

from complaints.cases.models import case_history, case_text
from complaints.cases.repository.rows import entry_row
from complaints.customers.models import GESTURES
from complaints.domain.stored_case import AppliedChange, CaseChange
from lealtad.db import Connection, Row

gesture = GESTURES.table
GESTURE_COLUMNS = (
    gesture.c.response,
    gesture.c.offer_key,
    gesture.c.offer_version,
    gesture.c.decision_id,
    gesture.c.cost,
    gesture.c.currency,
    gesture.c.occurred_at.label("gesture_at"),
)


async def insert_entries(
    connection: Connection, changes: Sequence[CaseChange], applied: Sequence[AppliedChange]
) -> None:
    """Insert the entries of changes, and the texts of these entries, with at most two statements."""
    entries = [entry_row(change, result) for change, result in zip(changes, applied, strict=True)]
    texts = [
        {"id": entry["text_id"], "case_id": entry["case_id"], "text": change.text}
        for change, entry in zip(changes, entries, strict=True)
        if change.text is not None
    ]
    await connection.execute_each(insert(case_text), texts)
    await connection.execute_each(insert(case_history), entries)


async def read_description(connection: Connection, case_id: UUID) -> str | None:
    """Return the description that the case was opened with, or None once erased."""
    query = select(case_text.c.text).join(case_history, case_history.c.text_id == case_text.c.id)
    opening = (case_history.c.case_id == case_id, case_history.c.number == 1)
    description: str | None = await connection.scalar(query.where(*opening))
    return description


async def list_entries(connection: Connection, case_id: UUID, after: int, limit: int) -> list[Row]:
    """Return up to `limit` entries of a case after the number `after`, in order, with texts and gestures."""
    query = select(case_history, case_text.c.text, *GESTURE_COLUMNS)
    query = query.outerjoin(case_text, case_text.c.id == case_history.c.text_id)
    query = query.outerjoin(gesture, gesture.c.event_id == case_history.c.gesture_id)
    query = query.where(case_history.c.case_id == case_id, case_history.c.number > after)
    return list(await connection.execute(query.order_by(case_history.c.number).limit(limit)))
