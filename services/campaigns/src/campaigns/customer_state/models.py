"""Tables folded out of cases, scores, segments and activity."""

from sqlalchemy import ARRAY, UUID, BigInteger, Boolean, Column, Index, Integer, Numeric, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from campaigns.metadata import METADATA
from lealtad.db.columns import AMOUNT, DERIVED, moment

complaint_case = Table(
    "complaint_case",
    METADATA,
    Column("case_id", UUID, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("customer_id", UUID, comment="null: not attached yet"),
    Column("mutes", Boolean, nullable=False),
    Column("is_open", Boolean, nullable=False),
    moment("resolved_at"),
    # A decision reads all cases of its customers.
    Index("ix_complaint_case_customer_id", "customer_id"),
    schema=DERIVED,
)

churn_score = Table(
    "churn_score",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("probability", Numeric(9, 6)),
    Column("band", String),
    Column("value_at_risk", AMOUNT),
    Column("model", String, comment="name and version"),
    moment("as_of", nullable=False),
    schema=DERIVED,
)

membership = Table(
    "membership",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("segments", JSONB, nullable=False, comment="key of each segment and the version evaluated"),
    Column("behavioural", ARRAY(String), nullable=False, server_default=text("'{}'"), comment="those by behaviour"),
    Column("tier", String),
    moment("as_of", nullable=False),
    schema=DERIVED,
)

contract = Table(
    "contract",
    METADATA,
    Column("contract_id", UUID, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    # The newest fact counts, whichever lane it came by: each lane has sequences of its own.
    moment("occurred_at", nullable=False, comment="business time of the newest fact"),
    Column("event_id", UUID, nullable=False, comment="of the newest fact; decides between facts of one time"),
    moment("starts_at", nullable=False),
    moment("ends_at"),
    # A decision reads all contracts of its customers.
    Index("ix_contract_customer_id", "customer_id"),
    schema=DERIVED,
)

appearance = Table(
    "appearance",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    moment("first_activity_at", nullable=False, comment="business time of the earliest fact"),
    schema=DERIVED,
)
