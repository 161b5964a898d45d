"""Tables that are projected from other services' events about customers."""

from sqlalchemy import UUID, BigInteger, Column, Index, Integer, String, Table

from complaints.metadata import METADATA
from lealtad.customers import CustomerCopy
from lealtad.db.columns import AMOUNT, DERIVED, moment
from lealtad.db.recordset import Row
from lealtad.events.catalog.campaigns import OfferAccepted, OfferPresented, OfferRejected, OfferResponse
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import Event
from lealtad.read_models import FactCopy, StateCopy

CUSTOMERS = CustomerCopy(METADATA)

RESPONSES: dict[type[OfferResponse], str] = {
    OfferPresented: "presented",
    OfferAccepted: "accepted",
    OfferRejected: "rejected",
}


def tier_row(event: Event[MembershipsChanged]) -> Row:
    """Return the row of a customer's service tier."""
    return {
        "customer_id": event.key,
        "sequence": event.sequence,
        "tier": event.data.service_tier,
        "as_of": event.data.as_of,
    }


def gesture_row(event: Event[OfferResponse]) -> Row:
    """Return the row of an answer to an offer of service recovery."""
    response = event.data
    return {
        "event_id": event.id,
        "customer_id": response.customer_id,
        "response": RESPONSES[type(response)],
        "offer_key": response.offer.key,
        "offer_version": response.offer.version,
        "decision_id": response.decision_id,
        "case_id": response.case_id,
        "cost": response.cost.amount if isinstance(response, OfferAccepted) and response.cost else None,
        "currency": response.cost.currency if isinstance(response, OfferAccepted) and response.cost else None,
        "occurred_at": response.occurred_at,
    }


SERVICE_TIERS = StateCopy(
    Table(
        "service_tier",
        METADATA,
        Column("customer_id", UUID, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        Column("tier", String, nullable=True),
        moment("as_of", nullable=False, comment="business time"),
        schema=DERIVED,
    ),
    newest_by=("sequence",),
    row_of=tier_row,
)

GESTURES = FactCopy(
    Table(
        "gesture",
        METADATA,
        Column("event_id", UUID, primary_key=True),
        Column("customer_id", UUID, nullable=False),
        Column("response", String, nullable=False, comment="presented, accepted or rejected"),
        Column("offer_key", String, nullable=False),
        Column("offer_version", Integer, nullable=False),
        Column("decision_id", UUID, nullable=False),
        Column("case_id", UUID, nullable=True, comment="the case that the offer named"),
        Column("cost", AMOUNT, nullable=True, comment="of an accepted offer"),
        Column("currency", String, nullable=True),
        moment("occurred_at", nullable=False, comment="business time"),
        # Select the gestures of these customers that are not yet in a case's history.
        Index("ix_gesture_customer_id", "customer_id"),
        schema=DERIVED,
    ),
    row_of=gesture_row,
)
