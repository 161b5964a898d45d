"""Use case: list customers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customer_profile.customers import repository
from lealtad.http import Page, PageQuery
from lealtad.unit_of_work import UnitOfWork


async def list_customers(uow: UnitOfWork, filters: Mapping[str, Any], page: PageQuery) -> Page[Any]:
    """Return a page of customers that equal `filters`, the newest first."""
    after = page.after(UUID)
    records = await repository.page(uow.connection, filters, before=after[0] if after else None, limit=page.limit)
    return Page.of(records, page.limit, lambda record: (record.id,), lambda record: record.document())
