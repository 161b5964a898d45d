"""Tables of the customers' shareable state."""

from sqlalchemy import UUID, BigInteger, Column, Date, Index, SmallInteger, String, Table

from segmentation.tables import DERIVED, METADATA

customer = Table(
    "customer",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("merged_into", UUID),
    Column("country", String),
    Column("region", String),
    Column("language", String),
    Column("stratum", SmallInteger),
    Column("birth_year", SmallInteger),
    Column("registered_on", Date, nullable=False),
    schema=DERIVED,
)

customer_external_id = Table(
    "customer_external_id",
    METADATA,
    Column("source", String, primary_key=True),
    Column("external_id", String, primary_key=True),
    # An id may move between customers (a merge) whose states come in any order, so each names its own.
    Column("customer_id", UUID, primary_key=True),
    # A newer state of a customer replaces all of its external ids.
    Index("ix_customer_external_id_customer_id", "customer_id"),
    schema=DERIVED,
)
