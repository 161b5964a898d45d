"""Queries of contracts."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from customer_profile.facts.contracts import repository
from customer_profile.facts.contracts.schemas import ContractFilters
from customer_profile.facts.contracts.steps.queries import present_effect
from customer_profile.facts.queries import filters_by_customer_id, find_fact_id, recent_items
from lealtad.http import Answer, Page, PageQuery, not_found
from lealtad.money import Money
from lealtad.unit_of_work import UnitOfWork


async def list_contracts(uow: UnitOfWork, filters: ContractFilters, page: PageQuery) -> Page[Any]:
    """Return a page of contracts, the newest first."""
    wanted = await filters_by_customer_id(uow, filters)
    after = page.after(UUID)
    before = after[0] if after else None
    rows = await repository.list_contracts(uow.connection, wanted, before=before, now=uow.now, limit=page.limit)
    return Page.of(rows, page.limit, lambda row: (row.id,), lambda row: _document(uow, row))


async def read_contract(uow: UnitOfWork, ref: str) -> Answer:
    """Return one contract; raise 404."""
    contract_id = await find_fact_id(uow, ref)
    row = contract_id and await repository.find_contract(uow.connection, contract_id)
    if not row:
        raise not_found("contract", "ref", "No contract has this id, or was started by this fact. Check the reference.")
    return Answer(_document(uow, row))


async def list_recent_contracts(uow: UnitOfWork, customer_id: UUID, limit: int) -> Mapping[str, Any]:
    """Return the newest contracts of a customer as a part of the 360 view."""
    filters = {"customer_id": customer_id}
    rows = await repository.list_contracts(uow.connection, filters, before=None, now=uow.now, limit=limit)
    return recent_items(rows, lambda row: _document(uow, row), "changed_at")


def _document(uow: UnitOfWork, row: Any) -> dict[str, Any]:
    contract = repository.contract_of(row)
    return {
        **asdict(contract),
        "status": contract.status(uow.now),
        "steps": [_step(step) for step in reversed(row.steps)],
        "source": {"system": row.source_system, "fact_id": row.source_fact_id},
        "monthly_amount": Money.stored(row.monthly_amount, uow.resources.reporting_currency),
        "active": contract.is_active(uow.now),
    }


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    data = {name: step["data"].get(name) for name in ("source", "occurred_at", "recorded_at", "stated", "reason")}
    return {"id": step["id"], "type": step["type"], **data, **present_effect(step["no_effect"])}
