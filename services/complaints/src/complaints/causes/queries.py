"""Queries of the taxonomy of causes."""

from typing import Any

from complaints.causes.repository import find_cause, list_causes_by_code
from complaints.causes.schemas import Cause
from lealtad.db import Row
from lealtad.http import Answer, Page, PageQuery, not_found
from lealtad.unit_of_work import UnitOfWork


async def list_causes(uow: UnitOfWork, page: PageQuery) -> Page[Any]:
    """Return a page of the taxonomy, in order of code."""
    after = page.after(str)
    rows = await list_causes_by_code(uow.connection, after[0] if after else None, page.limit)
    return Page.of(rows, page.limit, cursor_of=lambda row: (row.code,), item_of=_cause)


async def read_cause(uow: UnitOfWork, code: str) -> Answer:
    """Return one cause, with its version as ETag."""
    row = await find_cause(uow.connection, code)
    if row is None:
        raise not_found("cause", code)
    return Answer(_cause(row), etag=row.version)


def _cause(row: Row) -> Cause:
    return Cause.model_validate(row, from_attributes=True)
