"""Queries of cases: one case, its history, the list of cases."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from complaints.cases.repository.cases import find_case, list_cases_by_due_time
from complaints.cases.repository.history import list_entries, read_description
from complaints.cases.schemas.answers import Case, CaseDetail, HistoryEntry
from complaints.domain.case_filter import CaseFilter
from complaints.domain.stored_case import StoredCase
from lealtad.customers import resolve
from lealtad.http import Answer, Page, PageQuery, not_found
from lealtad.unit_of_work import UnitOfWork


async def find_case_or_404(uow: UnitOfWork, case_id: UUID) -> StoredCase:
    """Return the case; raise 404 when it does not exist."""
    stored = await find_case(uow.connection, case_id)
    if stored is None:
        raise not_found("case", case_id)
    return stored


async def read_case(uow: UnitOfWork, case_id: UUID) -> Answer:
    """Return one case with its description, and its version as ETag."""
    stored = await find_case_or_404(uow, case_id)
    description = await read_description(uow.connection, case_id)
    return Answer(CaseDetail.from_stored(stored, description=description), etag=stored.case.version)


async def read_history(uow: UnitOfWork, case_id: UUID, page: PageQuery) -> Page[Any]:
    """Return a page of a case's history, in order."""
    await find_case_or_404(uow, case_id)
    after = page.after(int)
    entries = await list_entries(uow.connection, case_id, after[0] if after else 0, page.limit)
    return Page.of(entries, page.limit, cursor_of=lambda row: (row["number"],), item_of=HistoryEntry.from_row)


async def list_cases(uow: UnitOfWork, filters: CaseFilter, customer: str | None, page: PageQuery) -> Page[Any]:
    """Return a page of cases, most urgent first.

    Raise 404 when `customer`, a reference, is unknown here.
    """
    if customer is not None:
        filters = replace(filters, customer_id=await resolve(uow.connection, customer, "customer"))
    after = page.after(datetime, UUID)
    cases = await list_cases_by_due_time(uow.connection, filters, after, page.limit)
    return Page.of(
        cases, page.limit, cursor_of=lambda stored: (stored.case.due_at, stored.id), item_of=Case.from_stored
    )
