"""Deciding on a touchpoint: a moment of truth."""

from typing import Any
from uuid import UUID

from customer_profile.facts.inputs import TouchpointIn
from customer_profile.facts.kinds import Kind
from customer_profile.facts.ledger import Draft, Ledger
from lealtad.events.catalog.customer_profile import TouchpointRecorded


def draft_touchpoint(fact: TouchpointIn, fact_id: UUID, common: dict[str, Any], _ledger: Ledger) -> Draft:
    """Return the touchpoint as it is recorded."""
    event = TouchpointRecorded(**common, kind=fact.kind, phase=fact.phase, sentiment=fact.sentiment, aspect=fact.aspect)
    return Draft(fact_id, Kind.TOUCHPOINT, event)
