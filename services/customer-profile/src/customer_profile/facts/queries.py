"""Queries of facts."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from customer_profile.customers.queries import find_customer_id
from customer_profile.facts.kinds.descriptor import FactKind
from customer_profile.facts.kinds.fact_ref import parse_fact_ref
from customer_profile.facts.repository import lists as repository
from customer_profile.facts.schemas import FactFilters, fact_document
from lealtad.http import Answer, Page, PageQuery, not_found
from lealtad.unit_of_work import UnitOfWork


async def list_facts(uow: UnitOfWork, kind: FactKind[Any], filters: FactFilters, page: PageQuery) -> Page[Any]:
    """Return a page of facts of `kind`: of one customer by time, of all by arrival, the newest first."""
    wanted = await filters_by_customer_id(uow, filters)
    after = page.after(datetime, UUID)
    rows = await repository.list_facts(uow.connection, kind.name, wanted, after=after, limit=page.limit)
    return Page.of(rows, page.limit, lambda row: (row.occurred_at, row.id), _document)


async def read_fact(uow: UnitOfWork, kind: FactKind[Any], ref: str) -> Answer:
    """Return one fact; raise 404."""
    fact_id = await find_fact_id(uow, ref)
    row = fact_id and await repository.find_fact(uow.connection, kind.name, fact_id)
    if not row:
        raise not_found(kind.name, "ref", f"No {kind.name} has this id. Check it, or name it as system:fact_id.")
    return Answer(_document(row))


async def list_recent_facts(
    uow: UnitOfWork, customer_id: UUID, kinds: Collection[str], limit: int
) -> dict[str, dict[str, Any]]:
    """Return the newest facts of a customer as parts of the 360 view, by kind; one statement for all kinds."""
    rows = await repository.list_recent_facts(uow.connection, customer_id, list(kinds), limit)
    return {kind: recent_items([row for row in rows if row.kind == kind], _document, "occurred_at") for kind in kinds}


def recent_items(rows: Sequence[Any], item_of: Callable[[Any], Any], time: str) -> dict[str, Any]:
    """Return rows as a `Recent` of the 360 view; `time` names the column of their business time."""
    times = [getattr(row, time) for row in rows]
    return {"items": [item_of(row) for row in rows], "as_of": max(times, default=None)}


async def filters_by_customer_id(uow: UnitOfWork, filters: BaseModel) -> Mapping[str, Any]:
    """Return the given filters, with the id of the customer that they name; raise 404."""
    wanted = filters.model_dump(exclude_none=True)
    if ref := wanted.pop("customer", None):
        wanted["customer_id"] = await find_customer_id(uow, ref)
    return wanted


async def find_fact_id(uow: UnitOfWork, ref: str) -> UUID | None:
    """Return the id that `ref` names, or None; raise 422 for a text that is no reference."""
    named = parse_fact_ref(ref, "ref")
    if isinstance(named, UUID):
        return named
    return await repository.find_fact_id(uow.connection, named.system, named.fact_id)


def _document(row: Any) -> dict[str, Any]:
    return fact_document(row.id, row.data)
