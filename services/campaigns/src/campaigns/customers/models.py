"""Tables of the customers' shareable state."""

from sqlalchemy import ARRAY, UUID, BigInteger, Boolean, Column, Index, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from campaigns.tables import DERIVED, METADATA, moment

customer = Table(
    "customer",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("merged_into", UUID),
    Column("do_not_contact", Boolean, nullable=False),
    Column("language", String),
    Column("time_zone", String),
    Column("contact_start", String),
    Column("contact_end", String),
    Column("preferred_channels", ARRAY(String), nullable=False),
    Column("consents", JSONB, nullable=False),
    moment("registered_at", nullable=False),
    schema=DERIVED,
)

customer_external_id = Table(
    "customer_external_id",
    METADATA,
    Column("source", String, primary_key=True),
    Column("external_id", String, primary_key=True),
    # In the key, so that an id that moves between customers ends the same in whatever order their states arrive.
    Column("customer_id", UUID, primary_key=True),
    # A newer state of a customer replaces all of its external ids.
    Index("ix_customer_external_id_customer_id", "customer_id"),
    schema=DERIVED,
)
