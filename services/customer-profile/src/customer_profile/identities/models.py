"""Tables of external ids, contact points and identity documents."""

from sqlalchemy import UUID, Column, ForeignKey, Index, SmallInteger, String, Table

from customer_profile.metadata import METADATA
from lealtad.db.columns import OWNED

customer_external_id = Table(
    "customer_external_id",
    METADATA,
    Column("source", String, primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("customer_id", UUID, ForeignKey("owned.customer.id"), nullable=False),
    Index("ix_customer_external_id_customer_id", "customer_id"),
    schema=OWNED,
)

contact_point = Table(
    "contact_point",
    METADATA,
    Column("customer_id", UUID, ForeignKey("owned.customer.id"), primary_key=True),
    Column("kind", String, primary_key=True, comment="email or phone"),
    Column("value", String, primary_key=True, comment="normal form: RFC 5321 address, E.164 number"),
    Column("place", SmallInteger, nullable=False, comment="0 is the preferred one"),
    schema=OWNED,
)

identity_document = Table(
    "identity_document",
    METADATA,
    Column("customer_id", UUID, ForeignKey("owned.customer.id"), primary_key=True),
    Column("country", String(2), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("number", String, nullable=False),
    schema=OWNED,
)
