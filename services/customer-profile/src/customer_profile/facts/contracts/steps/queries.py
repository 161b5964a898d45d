"""Queries of the steps of contracts."""

from typing import Any
from uuid import UUID

from customer_profile.domain.contracts import NoEffect
from customer_profile.facts.contracts.steps import repository
from customer_profile.facts.contracts.steps.schemas import StepFilters
from customer_profile.facts.kinds.fact_ref import Source, parse_fact_ref
from customer_profile.facts.queries import filters_by_customer_id
from customer_profile.facts.repository.lists import find_fact_id
from customer_profile.facts.schemas import fact_document
from lealtad.http import Answer, Page, PageQuery, not_found
from lealtad.unit_of_work import UnitOfWork


async def list_steps(uow: UnitOfWork, filters: StepFilters, page: PageQuery) -> Page[Any]:
    """Return a page of steps with their present effect, pending ones included, the newest first."""
    wanted = dict(await filters_by_customer_id(uow, filters))
    named = parse_fact_ref(ref, "contract") if (ref := wanted.pop("contract", None)) else None
    if named:
        wanted["contract_id"] = await _contract_id(uow, named)
    start = named if isinstance(named, Source) else None
    after = page.after(UUID)
    rows = await repository.list_steps(
        uow.connection, wanted, start, before=after[0] if after else None, limit=page.limit
    )
    return Page.of(rows, page.limit, lambda row: (row.id,), _document)


async def read_step(uow: UnitOfWork, ref: str) -> Answer:
    """Return one step with its present effect; raise 404."""
    row = await repository.find_step(uow.connection, parse_fact_ref(ref, "ref"))
    if not row:
        raise not_found("contract step", "ref", "No step has this id. Check it, or name it as system:fact_id.")
    return Answer(_document(row))


def present_effect(no_effect: str | None) -> dict[str, Any]:
    """Return whether a step has an effect, and why not."""
    reason = {"code": no_effect, "text": NoEffect(no_effect).text} if no_effect else None
    return {"in_effect": no_effect is None, "no_effect_reason": reason}


async def _contract_id(uow: UnitOfWork, named: UUID | Source) -> UUID | None:
    if isinstance(named, UUID):
        return named
    return await find_fact_id(uow.connection, named.system, named.fact_id)


def _document(row: Any) -> dict[str, Any]:
    document = {**fact_document(row.id, row.data), "type": row.kind, "waits_for": None}
    if row.waits_for_system is None:
        return {**document, **present_effect(row.no_effect)}
    # The reason is kept with the step: its start may be unknown, or may not allow it.
    return {
        **document,
        "event_id": None,
        "waits_for": {"system": row.waits_for_system, "fact_id": row.waits_for_fact_id},
    }
