"""SQL of cases: insert, find, lock, update and list them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, not_, select, tuple_, update
from sqlalchemy.dialects import postgresql

from complaints.cases.models import OPEN, service_case
from complaints.cases.repository.rows import STATE_COLUMNS, state_row, stored_case
from complaints.domain.case_filter import CaseFilter
from complaints.domain.stored_case import StoredCase
from lealtad.db import Connection, Row
from lealtad.events.catalog.shared_types import FactSource

DUE = "SELECT 1 FROM service_case WHERE next_due_at <= :now"
UPDATE_STATE = (
    update(service_case)
    .where(service_case.c.id == bindparam("case_id"))
    .values({name: bindparam(name) for name in STATE_COLUMNS})
)


async def insert_case(connection: Connection, values: dict[str, Any]) -> bool:
    """Insert a case and return True; return False when the source's fact has a case already.

    Wait for another transaction that inserts a case of the same fact.
    """
    statement = postgresql.insert(service_case).values(values).on_conflict_do_nothing()
    return (await connection.execute(statement.returning(service_case.c.id))).one_or_none() is not None


async def find_case_by_fact(connection: Connection, fact: FactSource) -> Row | None:
    """Return the row of the case of a source's fact, or None."""
    query = select(service_case)
    conditions = (service_case.c.source_system == fact.system, service_case.c.source_fact_id == fact.fact_id)
    return (await connection.execute(query.where(*conditions))).one_or_none()


async def update_receipt(connection: Connection, case_id: UUID, receipt: dict[str, Any]) -> None:
    """Store the first answer of a case, which is returned when the same fact comes again."""
    await connection.execute(update(service_case).where(service_case.c.id == case_id).values(receipt=receipt))


async def find_case(connection: Connection, case_id: UUID) -> StoredCase | None:
    """Return the case, or None."""
    cases = await _list(connection, select(service_case).where(service_case.c.id == case_id))
    return cases[0] if cases else None


async def lock_cases(connection: Connection, ids: Sequence[UUID]) -> list[StoredCase]:
    """Lock the cases that exist, until the transaction ends, and return them in ascending id."""
    query = select(service_case).where(service_case.c.id.in_(ids)).order_by(service_case.c.id)
    return await _list(connection, query.with_for_update())


async def lock_due_cases(connection: Connection, now: datetime, limit: int) -> list[UUID]:
    """Lock up to `limit` cases that are due at `now`, and return their ids.

    Skip cases that another transaction has locked (SKIP LOCKED).
    """
    query = select(service_case.c.id).where(service_case.c.next_due_at <= now)
    query = query.order_by(service_case.c.next_due_at).limit(limit)
    return sorted((await connection.execute(query.with_for_update(skip_locked=True))).scalars())


async def postpone_case(connection: Connection, case_id: UUID, until: datetime) -> None:
    """Update a locked case so that it is due at `until`."""
    await connection.execute(update(service_case).where(service_case.c.id == case_id).values(next_due_at=until))


async def update_cases(connection: Connection, cases: Sequence[StoredCase]) -> None:
    """Update the state of locked cases; of a case that comes twice, the last state stays."""
    await connection.execute_each(UPDATE_STATE, [state_row(case) for case in cases])


async def list_cases_by_due_time(
    connection: Connection, filters: CaseFilter, after: tuple[Any, ...] | None, limit: int
) -> list[StoredCase]:
    """Return up to `limit` cases after the sort key `after` (due time, id), most urgent first."""
    columns = service_case.c
    query = select(service_case).where(*_conditions(filters)).order_by(columns.due_at, columns.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(columns.due_at, columns.id) > after)
    return await _list(connection, query)


def _conditions(filters: CaseFilter) -> list[ColumnElement[bool]]:
    columns = service_case.c
    equal = {columns.kind: filters.kind, columns.customer_id: filters.customer_id}
    conditions = [column == value for column, value in equal.items() if value is not None]
    if filters.statuses:
        conditions.append(columns.status.in_(filters.statuses))
    if filters.is_open is not None:
        conditions.append(OPEN if filters.is_open else not_(OPEN))
    if filters.attached is not None:
        conditions.append(columns.customer_id.is_not(None) if filters.attached else columns.customer_id.is_(None))
    if filters.due_before is not None:
        conditions.append(columns.due_at < filters.due_before)
    return conditions


async def _list(connection: Connection, query: Select[Any]) -> list[StoredCase]:
    return [stored_case(row) for row in await connection.execute(query)]
