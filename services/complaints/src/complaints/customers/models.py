"""What is folded out of the events of other services about a customer."""

from sqlalchemy import UUID, BigInteger, Column, DateTime, Index, Integer, String, Table

from complaints.metadata import METADATA

TIME = DateTime(timezone=True)

customer = Table(
    "customer",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("merged_into", UUID, nullable=True),
    schema="derived",
)

customer_external_id = Table(
    "customer_external_id",
    METADATA,
    # The customer is part of the key: when an id moves from one customer to another, the two states may
    # arrive in either order, and the end must be the same.
    Column("source", String, primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("customer_id", UUID, primary_key=True),
    # A newer state of a customer replaces the ids it had.
    Index("ix_customer_external_id_customer_id", "customer_id"),
    schema="derived",
)

service_tier = Table(
    "service_tier",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("tier", String, nullable=True),
    Column("as_of", TIME, nullable=False, comment="business time"),
    schema="derived",
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
    Column("occurred_at", TIME, nullable=False, comment="business time"),
    # Which gestures of these customers are not yet in a case's history?
    Index("ix_gesture_customer_id", "customer_id"),
    schema="derived",
)
