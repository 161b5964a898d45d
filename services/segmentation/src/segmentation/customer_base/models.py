"""Tables of the evaluated customers, their announced memberships, and the sweeps over the base."""

from sqlalchemy import UUID, BigInteger, Column, Date, Identity, Index, Integer, SmallInteger, String, Table, text

from lealtad.db.columns import OWNED, SUM, moment
from segmentation.metadata import METADATA

membership = Table(
    "membership",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("segment_id", UUID, primary_key=True),
    Column("version", Integer, nullable=False),
    moment("since", nullable=False),
    Column("cause_id", UUID, nullable=False),
    Column("event_id", UUID, nullable=False),
    # The members of a segment are listed by keyset.
    Index("ix_membership_segment_id_customer_id", "segment_id", "customer_id"),
    schema=OWNED,
)
"""Announced memberships: version and root fact by which the customer entered, and the event that announced it."""

evaluated_customer = Table(
    "standing",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("tier", String),
    Column("service_tier", String),
    Column("rfm_recency", SmallInteger),
    Column("rfm_frequency", SmallInteger),
    Column("rfm_monetary", SmallInteger),
    Column("last_purchase", Date),
    Column("frequency", Integer, nullable=False, server_default="0"),
    Column("monetary", SUM, nullable=False, server_default="0"),
    Column("boundaries_version", Integer),
    moment("evaluated_at"),
    moment("next_due_at"),
    # The due-loop takes the oldest first.
    Index("ix_standing_next_due_at", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    schema=OWNED,
    postgresql_with={"fillfactor": "70"},
)
"""One row per customer (table `standing`): the lock, the announced tier, and the result of the last evaluation."""

sweep = Table(
    "sweep",
    METADATA,
    Column("sweep_id", BigInteger, Identity(always=True), primary_key=True),
    Column("reason", String, nullable=False),
    Column("segment_id", UUID),
    Column("after", UUID, nullable=False),
    moment("started_at", nullable=False),
    schema=OWNED,
)
"""Sweeps under way, oldest first: all customers up to `after` were checked."""
