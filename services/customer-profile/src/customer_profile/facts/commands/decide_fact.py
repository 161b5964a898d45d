"""Decide on one fact: its customer, whether it is new, whether it is possible, and the event that it becomes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from customer_profile.domain.fingerprint import fingerprint
from customer_profile.facts.commands.check_fact import other_fact, require_possible, source_of
from customer_profile.facts.commands.decide_waiting import decide_waiting, require_same_waiting
from customer_profile.facts.commands.identify_customer import external_id_of, identify_customer
from customer_profile.facts.kinds.descriptor import FactContext, FactKind, NewFact
from customer_profile.facts.kinds.fact_batch import UNKNOWN_CONTENT, FactBatch, PendingFact, StoredFact
from customer_profile.facts.schemas import FactRequest
from lealtad.events.catalog.customer_profile import Fact
from lealtad.events.catalog.shared_types import FactSource
from lealtad.http import Problem
from lealtad.ids import new_id


def decide_fact(fact: FactRequest, kind: FactKind[Any], batch: FactBatch) -> NewFact | StoredFact | PendingFact:
    """Return the fact to be recorded, or to wait for another one, or the same fact as it was recorded before.

    Raise the problem that keeps the fact out. Nothing is changed.
    """
    stored = batch.facts.get(source_of(fact))
    if kind.waiting and (missing := kind.waiting.missing(fact, batch)):
        return decide_waiting(fact, kind, batch, missing)
    if stored and stored.pending:
        # The fact that it waited for has come, and nothing has taken it up.
        require_same_waiting(stored, fact, kind)
        return _new_fact(fact, kind, batch, stored.id)
    customer_id = identify_customer(fact, kind, batch)
    content = _fingerprint(fact, kind, customer_id, batch)
    if stored:
        shared = _shared_fields(fact, customer_id, batch.recorded_at)
        if not _is_same(stored, fact, kind, content, FactContext(stored.id, shared, batch)):
            raise other_fact(stored, kind)
        return stored
    require_possible(fact, batch)
    return _new_fact(fact, kind, batch, new_id())


def release_fact(pending: PendingFact, kind: FactKind[Any], batch: FactBatch) -> NewFact:
    """Return a fact that waits no longer, under its own id and times; raise the problem that keeps it waiting."""
    new = _new_fact(kind.parse(pending.request), kind, batch, pending.id, pending.recorded_at)
    return replace(new, lane=pending.lane)


def _new_fact(
    fact: FactRequest, kind: FactKind[Any], batch: FactBatch, fact_id: UUID, recorded_at: datetime | None = None
) -> NewFact:
    customer_id = identify_customer(fact, kind, batch)
    shared = _shared_fields(fact, customer_id, recorded_at or batch.recorded_at)
    event = kind.decide(fact, FactContext(fact_id, shared, batch))
    content = _fingerprint(fact, kind, customer_id, batch)
    return NewFact(fact_id, kind, event, content, event.model_dump(mode="json"), batch.lane)


def _shared_fields(fact: FactRequest, customer_id: UUID, recorded_at: datetime) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "source": FactSource(system=fact.source.system, fact_id=fact.source.fact_id),
        "occurred_at": fact.occurred_at,
        "recorded_at": recorded_at,
        "channel": fact.channel,
        "named_as": external_id_of(fact),
    }


def _fingerprint(fact: FactRequest, kind: FactKind[Any], customer_id: UUID, batch: FactBatch) -> bytes:
    # Several references may name one customer or target: the id counts.
    content = {**fact.content(), "source": None, "customer": str(customer_id)}
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
