"""Queries of the taxonomy of causes."""

from http import HTTPStatus
from typing import Any

from complaints.causes.models import CAUSES
from complaints.causes.schemas import Cause
from lealtad.db import Row
from lealtad.http import Answer, Page, PageQuery
from lealtad.unit_of_work import UnitOfWork


async def list_causes(uow: UnitOfWork, page: PageQuery) -> Page[Any]:
    """Return a page of the taxonomy, in order of code."""
    rows = await CAUSES.page(uow.connection, page)
    return Page.of(rows, page.limit, CAUSES.cursor_of, _cause)


async def read_cause(uow: UnitOfWork, code: str) -> Answer:
    """Return one cause, with its version as ETag."""
    return cause_answer(await CAUSES.existing(uow.connection, code))


def cause_answer(row: Row, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """Return the answer that shows a cause."""
    return Answer(_cause(row), status=status, etag=row.version)


def _cause(row: Row) -> Cause:
    return Cause.model_validate(row, from_attributes=True)
