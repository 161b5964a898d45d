"""Tables of facts, of what follows from them, and of each customer's totals."""

from sqlalchemy import (
    UUID,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from customer_profile.metadata import METADATA
from lealtad.db.columns import AMOUNT, OWNED, SUM, moment

NONE_YET = text("0")

fact = Table(
    "fact",
    METADATA,
    Column("id", UUID, primary_key=True, comment="the id of its event"),
    Column("kind", String, nullable=False),
    Column("customer_id", UUID, ForeignKey("owned.customer.id"), nullable=False),
    Column("source_system", String, nullable=False),
    Column("source_fact_id", String, nullable=False),
    moment("occurred_at", nullable=False, comment="business time"),
    moment("recorded_at", nullable=False, comment="system time"),
    Column("fingerprint", LargeBinary, nullable=False, comment="of the content; tells a repeat from a conflict"),
    Column("lane", String, nullable=False, server_default="live", comment="of its event: says on which topic it is"),
    Column("sequence", BigInteger, nullable=False, comment="of its event, per customer and topic"),
    Column("data", JSONB, nullable=False, comment="of its event; of a return as it stands"),
    UniqueConstraint("source_system", "source_fact_id", name="uq_fact_source"),
    # The newest facts of a kind of one customer: lists and the 360 view.
    Index("ix_fact_customer", "customer_id", "kind", text("occurred_at DESC"), text("id DESC")),
    # The newest facts of a kind over all customers: lists.
    Index("ix_fact_kind", "kind", "id"),
    Index(
        "ix_fact_unmatched_return",
        "id",
        postgresql_where=text("kind = 'return' AND data ->> 'purchase_id' IS NULL"),
    ),
    schema=OWNED,
)

matched_return = Table(
    "matched_return",
    METADATA,
    Column("return_id", UUID, ForeignKey(fact.c.id), primary_key=True),
    Column("purchase_id", UUID, ForeignKey(fact.c.id), nullable=False),
    Index("ix_matched_return_purchase_id", "purchase_id"),
    schema=OWNED,
)

waiting_return = Table(
    "waiting_return",
    METADATA,
    Column("return_id", UUID, ForeignKey(fact.c.id), primary_key=True),
    Column("source_system", String, nullable=False, comment="with the fact id: the name of the purchase"),
    Column("source_fact_id", String, nullable=False),
    # Asked for every recorded fact.
    Index("ix_waiting_return_source", "source_system", "source_fact_id"),
    schema=OWNED,
)

contract = Table(
    "contract",
    METADATA,
    Column("id", UUID, ForeignKey(fact.c.id), primary_key=True, comment="the fact that started it"),
    Column("customer_id", UUID, ForeignKey("owned.customer.id"), nullable=False),
    Column("product_line", String, nullable=False),
    Column("monthly_amount", AMOUNT, nullable=False),
    moment("starts_at", nullable=False),
    moment("ends_at", nullable=True),
    moment("changed_at", nullable=False, comment="business time of the newest change"),
    moment("cancelled_at", nullable=True),
    Column("cancellation_reason", String, nullable=True),
    Column(
        "version", Integer, nullable=False, server_default=text("1"), comment="as announced last; grows with each step"
    ),
    Index("ix_contract_customer_id", "customer_id", "id"),
    schema=OWNED,
)

contract_step = Table(
    "contract_step",
    METADATA,
    Column("id", UUID, ForeignKey(fact.c.id), primary_key=True, comment="the fact; the first one started the contract"),
    Column("contract_id", UUID, nullable=False, comment="a restore may write a step before the contract"),
    Column("in_effect", Boolean, nullable=False, comment="at present: later facts may change it"),
    Column("no_effect", String, nullable=True, comment="code of the reason"),
    Index("ix_contract_step_contract_id", "contract_id", "id"),
    # The newest steps without an effect: lists.
    Index("ix_contract_step_no_effect", "id", postgresql_where=text("NOT in_effect")),
    schema=OWNED,
)

pending_fact = Table(
    "pending_fact",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("kind", String, nullable=False),
    Column("source_system", String, nullable=False),
    Column("source_fact_id", String, nullable=False),
    Column("waits_for_system", String, nullable=False),
    Column("waits_for_fact_id", String, nullable=False),
    moment("occurred_at", nullable=False, comment="business time"),
    moment("recorded_at", nullable=False, comment="system time"),
    Column("lane", String, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False, comment="of the content, with references as they were sent"),
    Column("request", JSONB, nullable=False, comment="decided on when the awaited fact comes"),
    Column("data", JSONB, nullable=False, comment="the resource"),
    UniqueConstraint("source_system", "source_fact_id", name="uq_pending_fact_source"),
    Index("ix_pending_fact_waits_for", "waits_for_system", "waits_for_fact_id"),
    schema=OWNED,
)

customer_totals = Table(
    "customer_totals",
    METADATA,
    Column("customer_id", UUID, ForeignKey("owned.customer.id"), primary_key=True),
    Column("purchases", Integer, nullable=False, server_default=NONE_YET),
    Column("purchased", SUM, nullable=False, server_default=NONE_YET),
    Column("returns", Integer, nullable=False, server_default=NONE_YET),
    Column("returned", SUM, nullable=False, server_default=NONE_YET),
    Column("payments", Integer, nullable=False, server_default=NONE_YET),
    Column("paid", SUM, nullable=False, server_default=NONE_YET),
    Column("failed_payments", Integer, nullable=False, server_default=NONE_YET),
    Column("touchpoints", Integer, nullable=False, server_default=NONE_YET),
    moment("first_purchase_at", nullable=True),
    moment("last_purchase_at", nullable=True),
    moment("last_touchpoint_at", nullable=True),
    Column(
        "others",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="totals without a column of their own, by name",
    ),
    schema=OWNED,
    # Changes with every fact: room for updates in place.
    postgresql_with={"fillfactor": "70"},
)
