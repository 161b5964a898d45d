"""Tables of cases: the case, its history, and the texts that people wrote."""

from sqlalchemy import (
    UUID,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import METADATA
from lealtad.db.columns import OWNED, moment

UNATTACHED = text("customer_id IS NULL")
OPEN = literal_column("status NOT IN ('resolved', 'closed')", Boolean)
"""Condition of an open case, spelt as in its index; PostgreSQL uses the index only for the same spelling."""

service_case = Table(
    "service_case",
    METADATA,
    Column("id", UUID, primary_key=True),
    # Fixed at intake.
    Column("source_system", String, nullable=True),
    Column("source_fact_id", String, nullable=True),
    Column("fingerprint", LargeBinary, nullable=True, comment="digest of what the source said"),
    Column("receipt", JSONB, nullable=True, comment="the first answer, given again when the fact is repeated"),
    Column("kind", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("cause", String, nullable=True),
    Column("product_line", String, nullable=True),
    Column("about_system", String, nullable=True, comment="the fact that the case is about"),
    Column("about_fact_id", String, nullable=True),
    Column("named_customer_id", UUID, nullable=True, comment="how the customer was named at intake"),
    Column("named_source", String, nullable=True),
    Column("named_external_id", String, nullable=True),
    Column("mutes", Boolean, nullable=False),
    moment("opened_at", nullable=False, comment="business time"),
    moment("recorded_at", nullable=False, server_default=func.clock_timestamp()),
    # The fold of the history.
    Column("version", Integer, nullable=False, comment="number of the last history entry; the ETag"),
    Column("status", String, nullable=False),
    moment("clock_started_at", nullable=False),
    moment("due_at", nullable=False),
    moment("paused_at", nullable=True, comment="since when the service clock stands"),
    Column("tier", String, nullable=True, comment="service tier that the due time was computed with"),
    Column("customer_id", UUID, nullable=True),
    Column("assignee", String, nullable=True),
    Column("queue", String, nullable=True),
    moment("acknowledged_at", nullable=True),
    moment("breached_at", nullable=True),
    moment("resolved_at", nullable=True),
    moment("close_at", nullable=True, comment="when a resolved case closes by itself"),
    moment("closed_at", nullable=True),
    Column("reopened_count", Integer, nullable=False),
    moment("next_due_at", nullable=True, comment="when time alone changes the case next"),
    # The same fact of a source makes one case.
    Index("uq_service_case_source", "source_system", "source_fact_id", unique=True),
    # Lists are read most urgent first: all, of one status, of one customer.
    Index("ix_service_case_due_at_id", "due_at", "id"),
    Index("ix_service_case_status_due_at_id", "status", "due_at", "id"),
    # The work list; most cases are closed and not in this index.
    Index("ix_service_case_open_due_at_id", "due_at", "id", postgresql_where=OPEN),
    Index("ix_service_case_customer_id_due_at_id", "customer_id", "due_at", "id"),
    # The due loop selects due cases every second; most cases are closed and not in this index.
    Index("ix_service_case_next_due_at", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    # Select the cases that wait for a customer who becomes known.
    Index("ix_service_case_named_customer_id", "named_customer_id", postgresql_where=UNATTACHED),
    Index(
        "ix_service_case_named_external_id",
        "named_source",
        "named_external_id",
        postgresql_where=UNATTACHED,
    ),
    schema=OWNED,
    # Room for updates in place: a case changes a handful of times.
    postgresql_with={"fillfactor": "80"},
)

case_text = Table(
    "case_text",
    METADATA,
    Column("id", UUID, primary_key=True),
    Column("case_id", UUID, ForeignKey(service_case.c.id), nullable=False),
    Column("text", Text, nullable=False, comment="personal data; leaves this table in no event and no log"),
    # An erasure takes the texts of a case and leaves its history.
    Index("ix_case_text_case_id", "case_id"),
    schema=OWNED,
)

case_history = Table(
    "case_history",
    METADATA,
    Column("case_id", UUID, ForeignKey(service_case.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("action", String, nullable=False),
    moment("at", nullable=False, comment="business time"),
    moment("recorded_at", nullable=False, server_default=func.clock_timestamp()),
    Column("actor", String, nullable=False, comment="technical name of who did it"),
    Column("status", String, nullable=False, comment="after the entry"),
    Column("customer_id", UUID, nullable=True),
    Column("tier", String, nullable=True),
    moment("due_at", nullable=True),
    moment("close_at", nullable=True),
    moment("paused_at", nullable=True, comment="since when the service clock stands"),
    moment("clock_started_at", nullable=True, comment="start of the service clock, moved on by a pause"),
    Column("assignee", String, nullable=True),
    Column("queue", String, nullable=True),
    Column("text_id", UUID, nullable=True),
    Column("gesture_id", UUID, nullable=True, comment="event of the gesture that is noted"),
    Column("event_id", UUID, nullable=True, comment="event that announced the entry"),
    # A gesture is noted once.
    Index(
        "uq_case_history_gesture_id",
        "gesture_id",
        unique=True,
        postgresql_where=text("gesture_id IS NOT NULL"),
    ),
    schema=OWNED,
)
