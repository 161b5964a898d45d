"""Copies of what the other services announce, as the 360 view shows it."""

from datetime import datetime

from sqlalchemy import UUID, BigInteger, Boolean, Column, Index, Integer, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from customer_profile.metadata import METADATA
from customer_profile.view.schemas import Part
from lealtad.db.columns import DERIVED, moment
from lealtad.db.recordset import Row, json_value
from lealtad.events.catalog.campaigns import NextBestActionChanged, OfferResponse
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseState
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import Event
from lealtad.read_models import FactCopy, StateCopy

Announcement = ChurnScored | MembershipsChanged | NextBestActionChanged


def announcement_row(event: Event[Announcement]) -> Row:
    """Return the row of a score, of segments or of a next-best action."""
    part, as_of = _part(event.data)
    return {
        "customer_id": event.data.customer_id,
        "part": part,
        "sequence": event.sequence,
        "event_id": event.id,
        "as_of": as_of,
        "data": json_value(event.data.model_dump_json(exclude={"causes"})),
    }


def _part(data: Announcement) -> tuple[Part, datetime]:
    match data:
        case ChurnScored():
            return Part.SCORE, data.as_of
        case MembershipsChanged():
            return Part.SEGMENTS, data.as_of
        case NextBestActionChanged():
            return Part.NEXT_BEST_ACTION, data.decided_at


def case_row(event: Event[CaseState]) -> Row:
    """Return the row of a case."""
    case = event.data
    return {
        "case_id": case.case_id,
        "version": case.version,
        "customer_id": case.customer_id,
        "open": case.status in OPEN_STATUSES,
        "opened_at": case.opened_at,
        "as_of": case.occurred_at,
        "data": json_value(case.model_dump_json()),
    }


def response_row(event: Event[OfferResponse]) -> Row:
    """Return the row of a response to an offer."""
    return {
        "event_id": event.id,
        "customer_id": event.data.customer_id,
        "response": event.type.split(".")[2].removeprefix("offer-"),
        "occurred_at": event.data.occurred_at,
        "data": json_value(event.data.model_dump_json()),
    }


ANNOUNCEMENTS = StateCopy(
    Table(
        "announced",
        METADATA,
        Column("customer_id", UUID, primary_key=True),
        Column("part", String, primary_key=True, comment="segments, score or next_best_action"),
        Column("sequence", BigInteger, nullable=False, comment="of the newest event; an older one changes nothing"),
        Column("event_id", UUID, nullable=False),
        moment("as_of", nullable=False, comment="business time"),
        Column("data", JSONB, nullable=False),
        schema=DERIVED,
    ),
    newest_by=("sequence",),
    row_of=announcement_row,
)

# The key of a case changes when it is attached to a customer, so its version says which state is newer.
CASES = StateCopy(
    Table(
        "complaint_case",
        METADATA,
        Column("case_id", UUID, primary_key=True),
        Column("version", Integer, nullable=False, comment="an older one changes nothing"),
        Column("customer_id", UUID, nullable=True, comment="null until the case is attached"),
        Column("open", Boolean, nullable=False),
        moment("opened_at", nullable=False),
        moment("as_of", nullable=False, comment="business time of the newest change"),
        Column("data", JSONB, nullable=False),
        # The cases of one customer, newest first.
        Index("ix_complaint_case_customer_id", "customer_id", "opened_at"),
        schema=DERIVED,
    ),
    newest_by=("version",),
    row_of=case_row,
)

OFFER_RESPONSES = FactCopy(
    Table(
        "offer_response",
        METADATA,
        Column("event_id", UUID, primary_key=True),
        Column("customer_id", UUID, nullable=False),
        Column("response", String, nullable=False, comment="presented, accepted or rejected"),
        moment("occurred_at", nullable=False),
        Column("data", JSONB, nullable=False),
        Index("ix_offer_response_customer_id", "customer_id", "occurred_at"),
        schema=DERIVED,
    ),
    row_of=response_row,
)
