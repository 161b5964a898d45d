"""Use case: the 360 view of one customer."""

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from customer_profile.customers.queries import find_customer
from customer_profile.domain.customer import CustomerRecord
from customer_profile.facts.commands.record_facts import resource
from customer_profile.facts.kinds import Kind
from customer_profile.facts.queries import contract_document
from customer_profile.view import repository, schemas
from customer_profile.view.schemas import ANNOUNCED, Part
from lealtad.consents import allows
from lealtad.http import Answer
from lealtad.money import Money
from lealtad.unit_of_work import UnitOfWork

RECENT_ITEMS = 10
KINDS = {
    Part.PURCHASES: Kind.PURCHASE,
    Part.RETURNS: Kind.RETURN,
    Part.PAYMENTS: Kind.PAYMENT,
    Part.TOUCHPOINTS: Kind.TOUCHPOINT,
}
ANNOUNCED_MODELS: dict[Part, type[schemas.Announced]] = {
    Part.SEGMENTS: schemas.SegmentsPart,
    Part.SCORE: schemas.ScorePart,
    Part.NEXT_BEST_ACTION: schemas.NextBestActionPart,
}


async def read_view(uow: UnitOfWork, ref: str, parts: Collection[Part]) -> Answer:
    """Return the customer with the wanted parts; one statement for each group of parts, however many rows there are.

    Erased and merged customers are shown as what they are; raises 404 for a reference that names nobody.
    """
    customer = await find_customer(uow, ref)
    view = customer.document()
    if Part.CONSENTS in parts:
        view["consents"] = _consents(uow, customer)
    if Part.TOTALS in parts:
        view["totals"] = await _totals(uow, customer.id)
    if Part.CONTRACTS in parts:
        view["contracts"] = await _contracts(uow, customer.id)
    view |= await _facts(uow, customer.id, [part for part in parts if part in KINDS])
    view |= await _announced(uow, customer, [part for part in parts if part in ANNOUNCED])
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
    row = await repository.read_totals(uow.connection, customer_id) or {}
    counts = {name: row.get(name, 0) for name in ("purchases", "returns", "payments", "failed_payments", "touchpoints")}
    amounts = {name: _money(uow, row.get(name, 0)) for name in ("purchased", "returned", "paid")}
    times = {name: row.get(name) for name in ("first_purchase_at", "last_purchase_at", "last_touchpoint_at")}
    return {**counts, **amounts, "net": amounts["purchased"] - amounts["returned"], **times}


async def _contracts(uow: UnitOfWork, customer_id: UUID) -> dict[str, Any]:
    rows = await repository.read_contracts(uow.connection, customer_id, RECENT_ITEMS)
    return _recent(rows, lambda row: contract_document(uow, row), "changed_at")


async def _facts(uow: UnitOfWork, customer_id: UUID, parts: Sequence[Part]) -> dict[str, Any]:
    if not parts:
        return {}
    rows = await repository.read_recent(uow.connection, customer_id, [KINDS[part] for part in parts], RECENT_ITEMS)
    by_part = {part: [row for row in rows if row.kind == KINDS[part]] for part in parts}
    return {
        part: _recent(found, lambda row: resource(row.id, row.data), "occurred_at") for part, found in by_part.items()
    }


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
    return _recent(rows, _case, "as_of")


async def _responses(uow: UnitOfWork, customer_id: UUID) -> dict[str, Any]:
    rows = await repository.read_responses(uow.connection, customer_id, RECENT_ITEMS)
    return _recent(rows, _response, "occurred_at")


def _announcement(part: Part, row: Any) -> schemas.Announced:
    return ANNOUNCED_MODELS[part].model_validate({**row.data, "as_of": row.as_of, "event_id": row.event_id})


def _case(row: Any) -> schemas.Case:
    return schemas.Case.model_validate({**row.data, "open": row.open, "as_of": row.as_of})


def _response(row: Any) -> schemas.Response:
    return schemas.Response.model_validate({**row.data, "event_id": row.event_id, "response": row.response})


def _recent(rows: Sequence[Any], item_of: Callable[[Any], Any], time: str) -> dict[str, Any]:
    times = [getattr(row, time) for row in rows]
    return {"items": [item_of(row) for row in rows], "as_of": max(times, default=None)}


def _money(uow: UnitOfWork, amount: Any) -> Money:
    return Money.stored(Decimal(amount), uow.resources.reporting_currency)
