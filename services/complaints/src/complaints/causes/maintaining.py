"""Use cases of the taxonomy: read it, add a cause, rename or retire one."""

from http import HTTPStatus
from typing import Any

from complaints.causes import repository
from complaints.causes.schemas import Cause, CauseIn
from lealtad.db import Row
from lealtad.http import Answer, Page, PageQuery, conflict, not_found, require_match, require_travelling_key
from lealtad.unit_of_work import UnitOfWork


async def list_causes(uow: UnitOfWork, page: PageQuery) -> Page[Any]:
    """Answer a page of the taxonomy, by code."""
    after = page.after(str)
    rows = await repository.page(uow.connection, after[0] if after else None, page.limit)
    return Page.of(rows, page.limit, cursor_of=lambda row: (row.code,), item_of=_shown)


async def read_cause(uow: UnitOfWork, code: str) -> Answer:
    """Answer one cause, its version as ETag."""
    row = await repository.by_code(uow.connection, code)
    if row is None:
        raise not_found("cause", code)
    return Answer(_shown(row), etag=row.version)


async def set_cause(uow: UnitOfWork, code: str, body: CauseIn, if_match: str | None) -> Answer:
    """Add the cause (201), or change it when `if_match` is its version (200); 422 for a code that may not travel."""
    current = await repository.lock(uow.connection, code)
    if current is None:
        return await _added(uow, code, body)
    require_match(if_match, current.version, required=True)
    await repository.change(uow.connection, code, body.names, retired=body.retired)
    return await read_cause(uow, code)


async def _added(uow: UnitOfWork, code: str, body: CauseIn) -> Answer:
    require_travelling_key(code, "code")
    if not await repository.create(uow.connection, code, body.names, retired=body.retired):
        raise conflict(
            "cause-exists",
            "The cause was added at the same moment",
            "Read the cause and send its ETag as If-Match to change it.",
        )
    added = Cause(code=code, version=1, names=body.names, retired=body.retired)
    return Answer(added, status=HTTPStatus.CREATED, etag=1)


def _shown(row: Row) -> Cause:
    return Cause.model_validate(row, from_attributes=True)
