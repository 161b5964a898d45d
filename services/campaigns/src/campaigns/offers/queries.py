"""Queries of the offer catalogue."""

from uuid import UUID

from campaigns.offers import repository
from campaigns.offers.schemas import Offer
from lealtad.db import Row
from lealtad.http import Answer, Page, PageQuery, not_found, require_match
from lealtad.unit_of_work import UnitOfWork


async def list_offers(uow: UnitOfWork, page: PageQuery, *, kind: str | None, withdrawn: bool) -> Page[Offer]:
    """Return a page of offers, in ascending key."""
    after = page.after(str)
    rows = await repository.list_page(
        uow.connection, after=after[0] if after else None, limit=page.limit, kind=kind, withdrawn=withdrawn
    )
    return Page.of(rows, page.limit, lambda row: (row.key,), Offer.of)


async def read_offer(uow: UnitOfWork, reference: str) -> Answer:
    """Return the offer in force by id or key, with its version as ETag; raise 404 if it does not exist."""
    row = await read_offer_row(uow, reference)
    return Answer(Offer.of(row), etag=row.version)


async def read_offer_version(uow: UnitOfWork, offer_id: UUID, version: int) -> Offer:
    """Return a version of an offer; raise 404 if it does not exist."""
    row = await repository.find_version(uow.connection, offer_id, version)
    if row is None:
        raise not_found("offer version", version)
    return Offer.of(row)


async def read_offer_row(uow: UnitOfWork, reference: str, *, if_match: str | None = None, lock: bool = False) -> Row:
    """Return the row of an offer by id or key; raise 404 if it does not exist.

    With `lock` lock the row, and raise 412 or 428 unless `if_match` is its ETag.
    """
    row = await repository.find(uow.connection, reference, lock=lock)
    if row is None:
        raise not_found("offer", reference)
    if lock:
        require_match(if_match, row.version, required=True)
    return row
