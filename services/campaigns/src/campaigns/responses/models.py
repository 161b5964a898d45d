"""Table of responses."""

from sqlalchemy import UUID, Boolean, Column, Index, String, Table, text

from campaigns.metadata import METADATA
from lealtad.db.columns import OWNED, moment

response = Table(
    "response",
    METADATA,
    Column("decision_id", UUID, primary_key=True),
    Column("response", String, primary_key=True, comment="presented, accepted or rejected, each once"),
    Column("response_id", UUID, nullable=False, comment="id of its event"),
    Column("customer_id", UUID, nullable=False),
    Column("offer_id", UUID, nullable=False),
    Column("offer_kind", String, nullable=False),
    Column("promotional", Boolean, nullable=False),
    Column("channel", String, nullable=False),
    Column("reason", String),
    moment("occurred_at", nullable=False, comment="business time"),
    Column("reported", Boolean, nullable=False, server_default=text("false"), comment="told afterwards, nothing asked"),
    Column("rule", String, comment="that forbade the reported contact when it took place"),
    moment("open_until", comment="of a presented offer that awaits its answer: business time"),
    # A decision reads the recent responses of its customers.
    Index("ix_response_customer_id_occurred_at", "customer_id", "occurred_at"),
    # Offers that were never answered are due work.
    Index("ix_response_open_until", "open_until", postgresql_where=text("open_until IS NOT NULL")),
    schema=OWNED,
)
