"""Query of the 360 view of one customer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from customer_profile.customers.queries import find_customer
from customer_profile.domain.customer import CustomerRecord
from customer_profile.facts.kinds.registry import FactKinds
from customer_profile.facts.kinds.totals import Measure
from customer_profile.facts.queries import list_recent_facts, recent_items
from customer_profile.view import repository, schemas
from customer_profile.view.schemas import ANNOUNCED, Part
from lealtad.consents import allows
from lealtad.http import Answer
from lealtad.money import MoneySum
from lealtad.unit_of_work import UnitOfWork

RECENT_ITEMS = 10
ANNOUNCED_MODELS: dict[Part, type[schemas.Announced]] = {
    Part.SEGMENTS: schemas.SegmentsPart,
    Part.SCORE: schemas.ScorePart,
    Part.NEXT_BEST_ACTION: schemas.NextBestActionPart,
}


async def read_view(uow: UnitOfWork, ref: str, parts: Collection[str]) -> Answer:
    """Return the customer with the wanted parts; one statement for each group of parts, however many rows there are.

    Show erased and merged customers as such; raise 404 for a reference that names no customer.
    """
    customer = await find_customer(uow, ref)
    view = customer.document()
    if Part.CONSENTS in parts:
        view["consents"] = _consents(uow, customer)
    if Part.TOTALS in parts:
        view["totals"] = await _totals(uow, customer.id)
    view |= await _facts(uow, customer.id, parts)
    view |= await _announced(uow, customer, [part for part in Part if part in parts and part in ANNOUNCED])
    if Part.CASES in parts:
        view["cases"] = await _cases(uow, customer.id)
    if Part.RESPONSES in parts:
        view["responses"] = await _responses(uow, customer.id)
    return Answer(view, etag=customer.version)


def _consents(uow: UnitOfWork, customer: CustomerRecord) -> list[dict[str, Any]]:
    return [
        {
            "purpose": consent.purpose,
            "channel": consent.channel,
            "granted": consent.granted,
            "given_at": consent.given_at,
            "expires_at": consent.expires_at,
            "allows": allows(customer.consents, *consent.matter, uow.now),
        }
        for consent in customer.newest_consents()
    ]


async def _totals(uow: UnitOfWork, customer_id: UUID) -> dict[str, Any]:
    kinds: FactKinds = uow.resources.fact_kinds
    row = await repository.read_totals(uow.connection, customer_id) or {}
    stored = {**row.get("others", {}), **row}
    totals = {name: _total(uow, total.measure, stored.get(name)) for name, total in kinds.totals.items()}
    return {**totals, "net": totals["purchased"] - totals["returned"]}


def _total(uow: UnitOfWork, measure: Measure, stored: Any) -> Any:
    """Return a total as the API shows it; totals without a column are texts."""
    match measure:
        case Measure.COUNT:
            return int(stored or 0)
        case Measure.AMOUNT:
            return MoneySum.stored(Decimal(stored or 0), uow.resources.reporting_currency)
        case Measure.TIME:
            return datetime.fromisoformat(stored) if isinstance(stored, str) else stored


async def _facts(uow: UnitOfWork, customer_id: UUID, parts: Collection[str]) -> dict[str, Any]:
    kinds: FactKinds = uow.resources.fact_kinds
    view: dict[str, Mapping[str, Any]] = {}
    part_of_kind: dict[str, str] = {}
    for name, (kind, part) in kinds.parts.items():
        if name not in parts:
            continue
        if part.read:
            view[name] = await part.read(uow, customer_id, RECENT_ITEMS)
        else:
            part_of_kind[kind.name] = name
    if part_of_kind:
        recent = await list_recent_facts(uow, customer_id, part_of_kind, RECENT_ITEMS)
        view |= {part_of_kind[kind]: items for kind, items in recent.items()}
    return view


async def _announced(uow: UnitOfWork, customer: CustomerRecord, parts: Sequence[Part]) -> dict[str, Any]:
    if not parts:
        return {}
    known = await repository.read_announced(uow.connection, customer.id)
    # A score that was made before the customer objected is withdrawn in a moment, and shown no more from now on.
    if not customer.profiling.allowed and Part.SCORE in known and known[Part.SCORE].data["probability"] is not None:
        del known[Part.SCORE]
    return {part: _announcement(part, known[part]) if part in known else None for part in parts}


async def _cases(uow: UnitOfWork, customer_id: UUID) -> dict[str, Any]:
    rows = await repository.read_cases(uow.connection, customer_id, RECENT_ITEMS)
    return recent_items(rows, _case, "as_of")


async def _responses(uow: UnitOfWork, customer_id: UUID) -> dict[str, Any]:
    rows = await repository.read_responses(uow.connection, customer_id, RECENT_ITEMS)
    return recent_items(rows, _response, "occurred_at")


def _announcement(part: Part, row: Any) -> schemas.Announced:
    return ANNOUNCED_MODELS[part].model_validate({**row.data, "as_of": row.as_of, "event_id": row.event_id})


def _case(row: Any) -> schemas.Case:
    return schemas.Case.model_validate({**row.data, "open": row.open, "as_of": row.as_of})


def _response(row: Any) -> schemas.Response:
    return schemas.Response.model_validate({**row.data, "event_id": row.event_id, "response": row.response})
