"""Tables of the customers' shareable state; scoring needs only who they are."""

from sqlalchemy import UUID, BigInteger, Column, Index, String, Table

from churn_scoring.metadata import DERIVED, METADATA

customer = Table(
    "customer",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("merged_into", UUID),
    schema=DERIVED,
)

customer_external_id = Table(
    "customer_external_id",
    METADATA,
    Column("source", String, primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    # A newer state of a customer replaces all of its external ids.
    Index("ix_customer_external_id_customer_id", "customer_id"),
    schema=DERIVED,
)
