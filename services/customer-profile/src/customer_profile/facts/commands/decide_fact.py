"""Decide on one fact: its customer, whether it is new, whether it is possible, and the event that it becomes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customer_profile.domain.fingerprint import fingerprint
from customer_profile.facts.commands.identify_customer import external_id_of, identify_customer
from customer_profile.facts.kinds.descriptor import FactContext, FactKind, NewFact
from customer_profile.facts.kinds.fact_batch import UNKNOWN_CONTENT, FactBatch, StoredFact
from customer_profile.facts.kinds.fact_ref import Source
from customer_profile.facts.schemas import FactRequest
from lealtad.events.catalog.customer_profile import Fact
from lealtad.events.catalog.shared_types import FactSource
from lealtad.http import InvalidField, Problem, conflict, invalid
from lealtad.ids import new_id
from lealtad.money import Money, is_in_minor_units, minor_units


def decide_fact(fact: FactRequest, kind: FactKind[Any], batch: FactBatch) -> NewFact | StoredFact:
    """Return the fact to be recorded, or the same fact as it was recorded before.

    Raise the problem that keeps the fact out. Nothing is changed.
    """
    customer_id = identify_customer(fact, kind, batch)
    content = _fingerprint(fact, kind, customer_id, batch)
    stored = batch.facts.get(Source(fact.source.system, fact.source.fact_id))
    shared = {
        "customer_id": customer_id,
        "source": FactSource(system=fact.source.system, fact_id=fact.source.fact_id),
        "occurred_at": fact.occurred_at,
        "recorded_at": batch.recorded_at,
        "channel": fact.channel,
        "named_as": external_id_of(fact),
    }
    if stored:
        if not _is_same(stored, fact, kind, content, FactContext(stored.id, shared, batch)):
            raise _other_fact(stored, kind)
        return stored
    _require_possible(fact, batch)
    fact_id = new_id()
    event = kind.decide(fact, FactContext(fact_id, shared, batch))
    return NewFact(fact_id, kind, event, content, event.model_dump(mode="json"), batch.lane)


def _fingerprint(fact: FactRequest, kind: FactKind[Any], customer_id: UUID, batch: FactBatch) -> bytes:
    # Several references may name one customer or target: the id counts.
    content = {**dict(fact), "source": None, "customer": str(customer_id)}
    if kind.target:
        content[kind.target.field] = str(kind.target.find(fact, batch).id)
    return fingerprint(content)


def _is_same(stored: StoredFact, fact: FactRequest, kind: FactKind[Any], content: bytes, context: FactContext) -> bool:
    """Return whether a fact means what is recorded: the same content, or content that becomes the same event."""
    if stored.kind != kind.name:
        return False
    if stored.fingerprint in {UNKNOWN_CONTENT, content}:
        return True
    # A kind with related state decided by the state of that time, and must say itself what a repeat is.
    if kind.related and not kind.repeats:
        return False
    recorded = kind.event_of(stored.data)
    try:
        if kind.repeats:
            return _shared(recorded) == _shared(context.shared) and kind.repeats(fact, recorded, context)
        return _meaning(kind.decide(fact, context)) == _meaning(recorded)
    except Problem:
        return False  # It would not be taken now, and the recorded content is another.


def _meaning(event: Fact) -> bytes:
    return fingerprint({**dict(event), "recorded_at": None, "named_as": None})


def _shared(values: Fact | Mapping[str, Any]) -> bytes:
    fields = dict(values)
    return fingerprint({name: fields[name] for name in ("customer_id", "occurred_at", "channel")})


def _other_fact(stored: StoredFact, kind: FactKind[Any]) -> Problem:
    if stored.kind == kind.name:
        detail = "A fact is recorded once. Send what has changed as a fact of its own, with its own fact id."
    else:
        detail = (
            f"This (system, fact_id) is a {stored.kind} already, and all kinds share them. Send the {kind.name} with "
            "another fact id or system."
        )
    title = "This fact was recorded with other content"
    return conflict("fact-conflict", title, detail, kind=stored.kind, fact_id=stored.id)


def _require_possible(fact: FactRequest, batch: FactBatch) -> None:
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
