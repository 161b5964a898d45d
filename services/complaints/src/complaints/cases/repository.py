"""SQL of cases; the functions of hot paths take many at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, insert, not_, select, tuple_, update
from sqlalchemy.dialects import postgresql

from complaints.cases import rows
from complaints.cases.models import OPEN, case_history, case_text, service_case
from complaints.cases.stored import Change, Recorded, StoredCase, Wanted
from complaints.customers.models import gesture
from lealtad.db import Connection, Row
from lealtad.events.catalog.shared_types import FactSource

GESTURE_COLUMNS = (
    gesture.c.response,
    gesture.c.offer_key,
    gesture.c.offer_version,
    gesture.c.decision_id,
    gesture.c.occurred_at.label("gesture_at"),
)

DUE = "SELECT 1 FROM service_case WHERE next_due_at <= :now"
UPDATE_STATE = (
    update(service_case)
    .where(service_case.c.id == bindparam("case_id"))
    .values({name: bindparam(name) for name in rows.STATE_COLUMNS})
)


async def insert_opened(connection: Connection, values: dict[str, Any]) -> bool:
    """Insert a case; False when its source's fact has one already (waits for one that is being opened)."""
    statement = postgresql.insert(service_case).values(values).on_conflict_do_nothing()
    return (await connection.execute(statement.returning(service_case.c.id))).one_or_none() is not None


async def by_fact(connection: Connection, fact: FactSource) -> Row | None:
    """Answer id, fingerprint and receipt of the case that a source's fact made, or None."""
    query = select(service_case.c.id, service_case.c.fingerprint, service_case.c.receipt)
    named = (service_case.c.source_system == fact.system, service_case.c.source_fact_id == fact.fact_id)
    return (await connection.execute(query.where(*named))).one_or_none()


async def keep_receipt(connection: Connection, id: UUID, receipt: dict[str, Any]) -> None:  # noqa: A002 - the field's name
    """Keep the answer that opened the case, for when the same fact comes again."""
    await connection.execute(update(service_case).where(service_case.c.id == id).values(receipt=receipt))


async def by_id(connection: Connection, id: UUID) -> StoredCase | None:  # noqa: A002 - the field's name
    """Answer the case, or None."""
    return _one(await _all(connection, select(service_case).where(service_case.c.id == id)))


async def lock(connection: Connection, ids: Sequence[UUID]) -> list[StoredCase]:
    """Answer those of `ids` that exist, in ascending id, kept from concurrent changes until the commit."""
    query = select(service_case).where(service_case.c.id.in_(ids)).order_by(service_case.c.id)
    return await _all(connection, query.with_for_update())


async def lock_due(connection: Connection, now: datetime, limit: int) -> list[UUID]:
    """Answer up to `limit` cases that time changes at `now`, locked; those that another process has are left out."""
    query = select(service_case.c.id).where(service_case.c.next_due_at <= now)
    query = query.order_by(service_case.c.next_due_at).limit(limit)
    return sorted((await connection.execute(query.with_for_update(skip_locked=True))).scalars())


async def postpone(connection: Connection, id: UUID, until: datetime) -> None:  # noqa: A002 - the field's name
    """Let time change a locked case no sooner than `until`."""
    await connection.execute(update(service_case).where(service_case.c.id == id).values(next_due_at=until))


async def append(connection: Connection, changes: Sequence[Change], recorded: Sequence[Recorded]) -> None:
    """Add the changes to the histories, with what people wrote: at most two statements."""
    entries = [rows.entry_row(change, result) for change, result in zip(changes, recorded, strict=True)]
    texts = [
        {"id": entry["text_id"], "case_id": entry["case_id"], "text": change.text}
        for change, entry in zip(changes, entries, strict=True)
        if change.text is not None
    ]
    await connection.execute_each(insert(case_text), texts)
    await connection.execute_each(insert(case_history), entries)


async def store(connection: Connection, cases: Sequence[StoredCase]) -> None:
    """Store locked cases as they stand; of one that comes twice, the last."""
    await connection.execute_each(UPDATE_STATE, [rows.state_row(case) for case in cases])


async def description(connection: Connection, id: UUID) -> str | None:  # noqa: A002 - the field's name
    """Answer what the customer said when the case was opened; None once erased."""
    query = select(case_text.c.text).join(case_history, case_history.c.text_id == case_text.c.id)
    opening = (case_history.c.case_id == id, case_history.c.number == 1)
    found: str | None = await connection.scalar(query.where(*opening))
    return found


async def page(connection: Connection, wanted: Wanted, after: tuple[Any, ...] | None, limit: int) -> list[StoredCase]:
    """Answer up to `limit` cases behind the sort key `after` (due time, id), most urgent first."""
    columns = service_case.c
    query = select(service_case).where(*_conditions(wanted)).order_by(columns.due_at, columns.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(columns.due_at, columns.id) > after)
    return await _all(connection, query)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    columns = service_case.c
    equal = {columns.kind: wanted.kind, columns.customer_id: wanted.customer_id}
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.statuses:
        conditions.append(columns.status.in_(wanted.statuses))
    if wanted.is_open is not None:
        conditions.append(OPEN if wanted.is_open else not_(OPEN))
    if wanted.attached is not None:
        conditions.append(columns.customer_id.is_not(None) if wanted.attached else columns.customer_id.is_(None))
    if wanted.due_before is not None:
        conditions.append(columns.due_at < wanted.due_before)
    return conditions


async def history(connection: Connection, id: UUID, after: int, limit: int) -> list[Row]:  # noqa: A002 - the field's name
    """Answer up to `limit` entries of a case behind entry `after`, in order, with texts and gestures."""
    query = select(case_history, case_text.c.text, *GESTURE_COLUMNS)
    query = query.outerjoin(case_text, case_text.c.id == case_history.c.text_id)
    query = query.outerjoin(gesture, gesture.c.event_id == case_history.c.gesture_id)
    query = query.where(case_history.c.case_id == id, case_history.c.number > after)
    return list(await connection.execute(query.order_by(case_history.c.number).limit(limit)))


async def _all(connection: Connection, query: Select[Any]) -> list[StoredCase]:
    return [rows.stored(row) for row in await connection.execute(query)]


def _one(found: list[StoredCase]) -> StoredCase | None:
    return found[0] if found else None
