"""Check what holds for facts of all kinds: time and amounts are possible, and a source names one fact."""

from typing import Any

from customer_profile.facts.kinds.descriptor import FactKind
from customer_profile.facts.kinds.fact_batch import FactBatch, StoredFact
from customer_profile.facts.kinds.fact_ref import Source
from customer_profile.facts.schemas import FactRequest
from lealtad.http import InvalidField, Problem, conflict, invalid
from lealtad.money import Money, is_in_minor_units, minor_units


def source_of(fact: FactRequest) -> Source:
    """Return the source of a fact."""
    return Source(fact.source.system, fact.source.fact_id)


def other_fact(stored: StoredFact, kind: FactKind[Any]) -> Problem:
    """Return the 409 of a source that names another recorded fact."""
    if stored.kind == kind.name:
        detail = "A fact is recorded once. Send what has changed as a fact of its own, with its own fact id."
    else:
        detail = (
            f"This (system, fact_id) is a {stored.kind} already, and all kinds share them. Send the {kind.name} with "
            "another fact id or system."
        )
    title = "This fact was recorded with other content"
    return conflict("fact-conflict", title, detail, kind=stored.kind, fact_id=stored.id)


def require_possible(fact: FactRequest, batch: FactBatch) -> None:
    """Raise 422 for a time that the intake policy does not allow, and for amounts that nobody can pay."""
    errors = []
    if violation := batch.policy.occurrence_window(batch.lane).violation(fact.occurred_at, batch.now):
        hint = "the intake policy sets both limits"
        errors.append(InvalidField(pointer="/occurred_at", message=violation, hint=hint))
    amounts = [(name, value) for name, value in fact if isinstance(value, Money)]
    errors += [
        InvalidField(pointer=f"/{name}/currency", message="is not the reporting currency", hint=batch.currency)
        for name, money in amounts
        if money.currency != batch.currency
    ]
    errors += [
        InvalidField(pointer=f"/{name}/amount", message="is finer than the smallest coin", hint=_coin(batch.currency))
        for name, money in amounts
        if not is_in_minor_units(money.amount, batch.currency)
    ]
    if errors:
        raise invalid("Correct what `errors` points at.", errors)


def _coin(currency: str) -> str:
    return f"{currency} has {minor_units(currency)} decimals; unit prices may have more"
