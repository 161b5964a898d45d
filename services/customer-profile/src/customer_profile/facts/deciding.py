"""Deciding on one fact: whose it is, whether it is new, whether it can be true, and what follows from it."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from customer_profile.domain.fingerprint import fingerprint
from customer_profile.facts.contracts import contract_of, draft_cancellation, draft_change, draft_start
from customer_profile.facts.customers import customer_of
from customer_profile.facts.inputs import ContractStepIn, FactIn
from customer_profile.facts.kinds import Kind
from customer_profile.facts.ledger import UNKNOWN_CONTENT, Draft, KnownFact, Ledger
from customer_profile.facts.payments import draft_payment
from customer_profile.facts.purchases import draft_purchase
from customer_profile.facts.references import Source
from customer_profile.facts.returns import draft_return
from customer_profile.facts.touchpoints import draft_touchpoint
from lealtad.events.catalog.shared_types import FactSource
from lealtad.http import InvalidField, conflict, invalid
from lealtad.ids import new_id
from lealtad.money import Money, is_in_minor_units, minor_units

DRAFTERS: dict[Kind, Callable[[Any, UUID, dict[str, Any], Ledger], Draft]] = {
    Kind.PURCHASE: draft_purchase,
    Kind.RETURN: draft_return,
    Kind.PAYMENT: draft_payment,
    Kind.TOUCHPOINT: draft_touchpoint,
    Kind.CONTRACT_START: draft_start,
    Kind.CONTRACT_CHANGE: draft_change,
    Kind.CONTRACT_CANCEL: draft_cancellation,
}


def decide(fact: FactIn, ledger: Ledger) -> tuple[Draft | KnownFact, bytes]:
    """Return what is to be recorded, or the same fact as it was recorded before; and its fingerprint.

    Raises the problem that keeps the fact out. Nothing is changed.
    """
    customer_id = customer_of(fact, ledger)
    content = _fingerprint(fact, customer_id, ledger)
    known = ledger.facts.get(Source(fact.source.system, fact.source.fact_id))
    if known:
        _require_same(known, content)
        return known, content
    _require_possible(fact, ledger)
    common = {
        "customer_id": customer_id,
        "source": FactSource(system=fact.source.system, fact_id=fact.source.fact_id),
        "occurred_at": fact.occurred_at,
        "recorded_at": ledger.recorded_at,
        "channel": fact.channel,
    }
    return DRAFTERS[fact.type](fact, new_id(), common, ledger), content


def _fingerprint(fact: FactIn, customer_id: UUID, ledger: Ledger) -> bytes:
    # Customer and contract may be named in several ways: what they stand for counts.
    content = {**dict(fact), "source": None, "customer": str(customer_id)}
    if isinstance(fact, ContractStepIn):
        content["contract"] = str(contract_of(fact, ledger).id)
    return fingerprint(content)


def _require_same(known: KnownFact, content: bytes) -> None:
    if known.fingerprint not in {UNKNOWN_CONTENT, content}:
        raise conflict(
            "fact-conflict",
            "This fact was recorded with other content",
            "A fact is recorded once. Send what has changed as a fact of its own, with its own fact id.",
            fact_id=known.id,
        )


def _require_possible(fact: FactIn, ledger: Ledger) -> None:
    errors = []
    if objection := ledger.policy.window(ledger.lane).violation(fact.occurred_at, ledger.now):
        hint = "the intake policy sets both limits"
        errors.append(InvalidField(pointer="/occurred_at", message=objection, hint=hint))
    errors += [
        InvalidField(pointer=f"/{name}/currency", message="is not the reporting currency", hint=ledger.currency)
        for name, money in _amounts(fact)
        if money.currency != ledger.currency
    ]
    errors += [
        InvalidField(pointer=f"/{name}/amount", message="is finer than the smallest coin", hint=_coin(ledger.currency))
        for name, money in _amounts(fact)
        if not is_in_minor_units(money.amount, ledger.currency)
    ]
    if errors:
        raise invalid("Correct what `errors` points at.", errors)


def _amounts(fact: FactIn) -> Iterator[tuple[str, Money]]:
    for name in ("total", "amount", "monthly_amount"):
        money = getattr(fact, name, None)
        if money is not None:
            yield name, money


def _coin(currency: str) -> str:
    return f"{currency} has {minor_units(currency)} decimals; unit prices may have more"
