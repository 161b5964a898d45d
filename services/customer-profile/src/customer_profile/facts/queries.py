"""Use cases: list facts and contracts, and read one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from customer_profile.customers.queries import find_customer_id
from customer_profile.domain.contracts import Contract
from customer_profile.facts.commands.record_facts import resource
from customer_profile.facts.kinds import Kind
from customer_profile.facts.kinds.fact_ref import parse_fact_ref
from customer_profile.facts.repository import lists as repository
from customer_profile.facts.schemas.resources import ContractFilters, FactFilters
from lealtad.http import Answer, Page, PageQuery, not_found
from lealtad.money import Money
from lealtad.unit_of_work import UnitOfWork


async def list_facts(uow: UnitOfWork, kind: Kind, filters: FactFilters, page: PageQuery) -> Page[Any]:
    """Return a page of facts of `kind`: of one customer by time, of all by arrival, the newest first."""
    wanted = await _with_customer(uow, filters)
    after = page.after(datetime, UUID)
    rows = await repository.facts_page(uow.connection, kind, wanted, after=after, limit=page.limit)
    return Page.of(rows, page.limit, lambda row: (row.occurred_at, row.id), _fact)


async def read_fact(uow: UnitOfWork, kind: Kind, ref: str) -> Answer:
    """Return one fact; raise 404."""
    fact_id = await _fact_id(uow, ref)
    row = fact_id and await repository.fact_of_kind(uow.connection, [kind], fact_id)
    if not row:
        raise not_found(kind, "ref", f"No {kind} has this id. Check it, or name it as system:fact_id.")
    return Answer(_fact(row))


async def list_contracts(uow: UnitOfWork, filters: ContractFilters, page: PageQuery) -> Page[Any]:
    """Return a page of contracts, the newest first."""
    wanted = await _with_customer(uow, filters)
    after = page.after(UUID)
    before = after[0] if after else None
    rows = await repository.contracts_page(uow.connection, wanted, before=before, now=uow.now, limit=page.limit)
    return Page.of(rows, page.limit, lambda row: (row.id,), lambda row: contract_document(uow, row))


async def read_contract(uow: UnitOfWork, ref: str) -> Answer:
    """Return one contract; raise 404."""
    contract_id = await _fact_id(uow, ref)
    row = contract_id and await repository.contract(uow.connection, contract_id)
    if not row:
        raise not_found("contract", "ref", "No contract has this id, or was started by this fact. Check the reference.")
    return Answer(contract_document(uow, row))


def contract_document(uow: UnitOfWork, row: Any) -> dict[str, Any]:
    """Return a row of a contract as the resource `Contract`."""
    state = {name: getattr(row, name) for name in Contract.__dataclass_fields__}
    contract = Contract(**state)
    return {
        **state,
        "source": {"system": row.source_system, "fact_id": row.source_fact_id},
        "monthly_amount": Money.stored(row.monthly_amount, uow.resources.reporting_currency),
        "active": contract.is_active(uow.now),
    }


def _fact(row: Any) -> dict[str, Any]:
    return resource(row.id, row.data)


async def _with_customer(uow: UnitOfWork, filters: BaseModel) -> dict[str, Any]:
    wanted = filters.model_dump(exclude_none=True)
    if ref := wanted.pop("customer", None):
        wanted["customer_id"] = await find_customer_id(uow, ref)
    return wanted


async def _fact_id(uow: UnitOfWork, ref: str) -> UUID | None:
    named = parse_fact_ref(ref, "ref")
    if isinstance(named, UUID):
        return named
    return await repository.fact_id(uow.connection, named.system, named.fact_id)
