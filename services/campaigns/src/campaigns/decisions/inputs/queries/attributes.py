"""Parse rows and records into fields of `Customer`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from campaigns.domain.customer import Case, Score, Segments
from lealtad.consents import Consent
from lealtad.db import Row
from lealtad.events.catalog.customer_profile import Channel, CustomerStatus

CONSENTS = TypeAdapter(tuple[Consent, ...])
RECORDED: dict[str, TypeAdapter[Any]] = {"consents": CONSENTS, "cases": TypeAdapter(tuple[Case, ...])}


def attributes_of_row(row: Row) -> dict[str, Any]:
    """Return the fields of a `Customer` that other services announced.

    For a customer who may not be profiled leave out score, behavioural segments and tier, even before the services that
    made them have withdrawn them.
    """
    profiled = row.profiling_allowed is not False
    return {
        "known": row.status is not None,
        "active": row.status in {None, CustomerStatus.ACTIVE},
        "do_not_contact": bool(row.do_not_contact),
        "profiling_allowed": profiled,
        "language": row.language,
        "time_zone": row.time_zone,
        "contact_hours": (row.contact_start, row.contact_end) if row.contact_start and row.contact_end else None,
        "preferred_channels": frozenset(Channel(channel) for channel in row.preferred_channels or ()),
        "consents": CONSENTS.validate_python(row.consents or ()),
        "score": _score(row) if profiled else None,
        "memberships": _segments(row, profiled=profiled),
        "cases": tuple(Case(*case) for case in row.cases),
        "first_seen_at": _earliest(row.registered_at, row.first_activity_at),
        "has_contract": bool(row.has_contract),
        "contract_ends_at": row.contract_ends_at,
        "contract_ended_at": row.contract_ended_at,
    }


def attributes_of_record(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a `Customer` that can forbid a contact, from the `inputs` of a decision's record."""
    plain = {name: inputs[name] for name in ("known", "active", "do_not_contact") if name in inputs}
    # Records of earlier versions of the service lack some of these fields.
    parsed = {name: adapter.validate_python(inputs[name]) for name, adapter in RECORDED.items() if name in inputs}
    return plain | parsed


def _score(row: Row) -> Score | None:
    if row.score_as_of is None:
        return None
    return Score(row.probability, row.band, row.value_at_risk, row.model, row.score_as_of, row.score_sequence)


def _segments(row: Row, *, profiled: bool) -> Segments | None:
    if row.segments is None:
        return None
    if not profiled:
        others = {key: version for key, version in row.segments.items() if key not in row.behavioural}
        return Segments(others, None, row.segments_as_of, row.segments_sequence)
    return Segments(row.segments, row.tier, row.segments_as_of, row.segments_sequence)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)
