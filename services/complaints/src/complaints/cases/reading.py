"""Use cases that read: one case, its history, the list of cases."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from complaints.cases import loading, repository, showing
from complaints.cases.stored import Wanted
from lealtad.customers import resolve
from lealtad.http import Answer, Page, PageQuery
from lealtad.unit_of_work import UnitOfWork


async def read_case(uow: UnitOfWork, case_id: UUID) -> Answer:
    """Answer one case with its description, its version as ETag."""
    stored = await loading.load(uow, case_id)
    description = await repository.description(uow.connection, case_id)
    return Answer(showing.detailed(stored, description), etag=stored.case.version)


async def read_history(uow: UnitOfWork, case_id: UUID, page: PageQuery) -> Page[Any]:
    """Answer a page of a case's history, in order."""
    await loading.load(uow, case_id)
    after = page.after(int)
    entries = await repository.history(uow.connection, case_id, after[0] if after else 0, page.limit)
    return Page.of(entries, page.limit, cursor_of=lambda row: (row["number"],), item_of=showing.history_entry)


async def list_cases(uow: UnitOfWork, wanted: Wanted, customer: str | None, page: PageQuery) -> Page[Any]:
    """Answer a page of cases, most urgent first; `customer` is a reference, 404 while it is not known here."""
    if customer is not None:
        wanted = replace(wanted, customer_id=await resolve(uow.connection, customer, "customer"))
    after = page.after(datetime, UUID)
    cases = await repository.page(uow.connection, wanted, after, page.limit)
    return Page.of(cases, page.limit, cursor_of=lambda stored: (stored.case.due_at, stored.id), item_of=showing.shown)
