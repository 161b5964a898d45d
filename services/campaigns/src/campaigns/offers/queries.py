"""Queries of the offer catalogue."""

from uuid import UUID

from campaigns.offers import repository
from campaigns.offers.schemas import OfferOut
from lealtad.db import Row
from lealtad.http import Answer, Page, PageQuery, not_found, require_match
from lealtad.unit_of_work import UnitOfWork


async def list_offers(uow: UnitOfWork, page: PageQuery, *, kind: str | None, withdrawn: bool) -> Page[OfferOut]:
    """Return offers in ascending key."""
    after = page.after(str)
    rows = await repository.page(
        uow.connection, after=after[0] if after else None, limit=page.limit, kind=kind, withdrawn=withdrawn
    )
    return Page.of(rows, page.limit, lambda row: (row.key,), shown)


async def read_offer(uow: UnitOfWork, reference: str) -> Answer:
    """Return the offer in force under an id or key, with its version as ETag."""
    row = await existing(uow, reference)
    return Answer(shown(row), etag=row.version)


async def read_offer_version(uow: UnitOfWork, offer_id: UUID, version: int) -> OfferOut:
    """Return a version of an offer, as a decision may name it."""
    row = await repository.read_version(uow.connection, offer_id, version)
    if row is None:
        raise not_found("offer version", version)
    return shown(row)


async def existing(uow: UnitOfWork, reference: str, *, if_match: str | None = None, lock: bool = False) -> Row:
    row = await repository.read(uow.connection, reference, lock=lock)
    if row is None:
        raise not_found("offer", reference)
    if lock:
        require_match(if_match, row.version, required=True)
    return row


def shown(row: Row) -> OfferOut:
    """Return a row as callers see it."""
    return OfferOut(
        **row.terms,
        key=row.key,
        offer_id=row.offer_id,
        version=row.version,
        withdrawn=row.withdrawn,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
