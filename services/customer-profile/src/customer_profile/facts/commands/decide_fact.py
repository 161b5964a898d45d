"""Deciding on one fact: whose it is, whether it is new, whether it can be true, and what follows from it."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from customer_profile.domain.fingerprint import fingerprint
from customer_profile.facts.commands.identify_customer import customer_of
from customer_profile.facts.kinds import Kind
from customer_profile.facts.kinds.contract import contract_of, decide_cancellation, decide_change, decide_start
from customer_profile.facts.kinds.fact_batch import UNKNOWN_CONTENT, FactBatch, NewFact, StoredFact
from customer_profile.facts.kinds.fact_ref import Source
from customer_profile.facts.kinds.payment import decide_payment
from customer_profile.facts.kinds.purchase import decide_purchase
from customer_profile.facts.kinds.purchase_return import decide_return
from customer_profile.facts.kinds.touchpoint import decide_touchpoint
from customer_profile.facts.schemas.requests import ContractStepRequest, FactRequest
from lealtad.events.catalog.shared_types import FactSource
from lealtad.http import InvalidField, conflict, invalid
from lealtad.ids import new_id
from lealtad.money import Money, is_in_minor_units, minor_units

DECIDERS: dict[Kind, Callable[[Any, UUID, dict[str, Any], FactBatch], NewFact]] = {
    Kind.PURCHASE: decide_purchase,
    Kind.RETURN: decide_return,
    Kind.PAYMENT: decide_payment,
    Kind.TOUCHPOINT: decide_touchpoint,
    Kind.CONTRACT_START: decide_start,
    Kind.CONTRACT_CHANGE: decide_change,
    Kind.CONTRACT_CANCEL: decide_cancellation,
}


def decide(fact: FactRequest, batch: FactBatch) -> tuple[NewFact | StoredFact, bytes]:
    """Return what is to be recorded, or the same fact as it was recorded before; and its fingerprint.

    Raises the problem that keeps the fact out. Nothing is changed.
    """
    customer_id = customer_of(fact, batch)
    content = _fingerprint(fact, customer_id, batch)
    known = batch.facts.get(Source(fact.source.system, fact.source.fact_id))
    if known:
        _require_same(known, content)
        return known, content
    _require_possible(fact, batch)
    common = {
        "customer_id": customer_id,
        "source": FactSource(system=fact.source.system, fact_id=fact.source.fact_id),
        "occurred_at": fact.occurred_at,
        "recorded_at": batch.recorded_at,
        "channel": fact.channel,
    }
    return DECIDERS[fact.type](fact, new_id(), common, batch), content


def _fingerprint(fact: FactRequest, customer_id: UUID, batch: FactBatch) -> bytes:
    # Customer and contract may be named in several ways: what they stand for counts.
    content = {**dict(fact), "source": None, "customer": str(customer_id)}
    if isinstance(fact, ContractStepRequest):
        content["contract"] = str(contract_of(fact, batch).id)
    return fingerprint(content)


def _require_same(known: StoredFact, content: bytes) -> None:
    if known.fingerprint not in {UNKNOWN_CONTENT, content}:
        raise conflict(
            "fact-conflict",
            "This fact was recorded with other content",
            "A fact is recorded once. Send what has changed as a fact of its own, with its own fact id.",
            fact_id=known.id,
        )


def _require_possible(fact: FactRequest, batch: FactBatch) -> None:
    errors = []
    if violation := batch.policy.occurrence_window(batch.lane).violation(fact.occurred_at, batch.now):
        hint = "the intake policy sets both limits"
        errors.append(InvalidField(pointer="/occurred_at", message=violation, hint=hint))
    errors += [
        InvalidField(pointer=f"/{name}/currency", message="is not the reporting currency", hint=batch.currency)
        for name, money in _amounts(fact)
        if money.currency != batch.currency
    ]
    errors += [
        InvalidField(pointer=f"/{name}/amount", message="is finer than the smallest coin", hint=_coin(batch.currency))
        for name, money in _amounts(fact)
        if not is_in_minor_units(money.amount, batch.currency)
    ]
    if errors:
        raise invalid("Correct what `errors` points at.", errors)


def _amounts(fact: FactRequest) -> Iterator[tuple[str, Money]]:
    for name in ("total", "amount", "monthly_amount"):
        money = getattr(fact, name, None)
        if money is not None:
            yield name, money


def _coin(currency: str) -> str:
    return f"{currency} has {minor_units(currency)} decimals; unit prices may have more"
