"""Tables of facts, of what follows from them, and of each customer's totals."""

from sqlalchemy import (
    UUID,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from customer_profile.metadata import METADATA

AMOUNT = Numeric(18, 4)
NONE_YET = text("0")

fact = Table(
    "fact",
    METADATA,
    Column("id", UUID, primary_key=True, comment="the id of its event"),
    Column("kind", String, nullable=False),
    Column("customer_id", UUID, ForeignKey("owned.customer.id"), nullable=False),
    Column("source_system", String, nullable=False),
    Column("source_fact_id", String, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False, comment="business time"),
    Column("recorded_at", DateTime(timezone=True), nullable=False, comment="system time"),
    Column("fingerprint", LargeBinary, nullable=False, comment="of the content; tells a repeat from a conflict"),
    Column("sequence", BigInteger, nullable=False, comment="of its event, per customer"),
    Column("data", JSONB, nullable=False, comment="of its event, so that it can be published again"),
    UniqueConstraint("source_system", "source_fact_id", name="uq_fact_source"),
    # The newest facts of a kind of one customer: lists and the 360 view.
    Index("ix_fact_customer", "customer_id", "kind", text("occurred_at DESC"), text("id DESC")),
    # The newest facts of a kind over all customers: lists.
    Index("ix_fact_kind", "kind", "id"),
    schema="owned",
)

matched_return = Table(
    "matched_return",
    METADATA,
    Column("return_id", UUID, ForeignKey(fact.c.id), primary_key=True),
    Column("purchase_id", UUID, ForeignKey(fact.c.id), nullable=False),
    Index("ix_matched_return_purchase_id", "purchase_id"),
    schema="owned",
)

contract = Table(
    "contract",
    METADATA,
    Column("id", UUID, ForeignKey(fact.c.id), primary_key=True, comment="the fact that started it"),
    Column("customer_id", UUID, ForeignKey("owned.customer.id"), nullable=False),
    Column("product_line", String, nullable=False),
    Column("monthly_amount", AMOUNT, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=True),
    Column("changed_at", DateTime(timezone=True), nullable=False, comment="business time of the newest change"),
    Column("cancelled_at", DateTime(timezone=True), nullable=True),
    Index("ix_contract_customer_id", "customer_id", "id"),
    schema="owned",
)

customer_totals = Table(
    "customer_totals",
    METADATA,
    Column("customer_id", UUID, ForeignKey("owned.customer.id"), primary_key=True),
    Column("purchases", Integer, nullable=False, server_default=NONE_YET),
    Column("purchased", AMOUNT, nullable=False, server_default=NONE_YET),
    Column("returns", Integer, nullable=False, server_default=NONE_YET),
    Column("returned", AMOUNT, nullable=False, server_default=NONE_YET),
    Column("payments", Integer, nullable=False, server_default=NONE_YET),
    Column("paid", AMOUNT, nullable=False, server_default=NONE_YET),
    Column("failed_payments", Integer, nullable=False, server_default=NONE_YET),
    Column("touchpoints", Integer, nullable=False, server_default=NONE_YET),
    Column("first_purchase_at", DateTime(timezone=True), nullable=True),
    Column("last_purchase_at", DateTime(timezone=True), nullable=True),
    Column("last_touchpoint_at", DateTime(timezone=True), nullable=True),
    schema="owned",
    # Changes with every fact: room for updates in place.
    postgresql_with={"fillfactor": "70"},
)
