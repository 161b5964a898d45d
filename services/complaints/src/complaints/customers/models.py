"""Tables that are projected from other services' events about customers."""

from sqlalchemy import UUID, BigInteger, Column, Index, Integer, String, Table

from complaints.metadata import METADATA
from lealtad.customers import CustomerCopy
from lealtad.db.columns import DERIVED, moment

CUSTOMERS = CustomerCopy(METADATA)

service_tier = Table(
    "service_tier",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("tier", String, nullable=True),
    moment("as_of", nullable=False, comment="business time"),
    schema=DERIVED,
)

gesture = Table(
    "gesture",
    METADATA,
    Column("event_id", UUID, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    Column("response", String, nullable=False, comment="presented, accepted or rejected"),
    Column("offer_key", String, nullable=False),
    Column("offer_version", Integer, nullable=False),
    Column("decision_id", UUID, nullable=False),
    moment("occurred_at", nullable=False, comment="business time"),
    # Select the gestures of these customers that are not yet in a case's history.
    Index("ix_gesture_customer_id", "customer_id"),
    schema=DERIVED,
)
