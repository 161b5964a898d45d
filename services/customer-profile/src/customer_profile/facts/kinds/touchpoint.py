"""Deciding on a touchpoint: a moment of truth."""

from typing import Any
from uuid import UUID

from customer_profile.facts.kinds import Kind
from customer_profile.facts.kinds.fact_batch import FactBatch, NewFact
from customer_profile.facts.schemas.requests import NewTouchpoint
from lealtad.events.catalog.customer_profile import TouchpointRecorded


def decide_touchpoint(fact: NewTouchpoint, fact_id: UUID, common: dict[str, Any], _ledger: FactBatch) -> NewFact:
    """Return the touchpoint as it is recorded."""
    event = TouchpointRecorded(**common, kind=fact.kind, phase=fact.phase, sentiment=fact.sentiment, aspect=fact.aspect)
    return NewFact(fact_id, Kind.TOUCHPOINT, event)
