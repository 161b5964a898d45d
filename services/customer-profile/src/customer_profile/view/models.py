"""Tables folded from what the other services announce; a rebuild replays them."""

from sqlalchemy import UUID, BigInteger, Boolean, Column, Index, Integer, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from customer_profile.metadata import METADATA
from lealtad.db.columns import DERIVED, moment

announced = Table(
    "announced",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("part", String, primary_key=True, comment="segments, score or next_best_action"),
    Column("sequence", BigInteger, nullable=False, comment="of the newest event; an older one changes nothing"),
    Column("event_id", UUID, nullable=False),
    moment("as_of", nullable=False, comment="business time"),
    Column("data", JSONB, nullable=False),
    schema=DERIVED,
)

complaint_case = Table(
    "complaint_case",
    METADATA,
    Column("case_id", UUID, primary_key=True),
    Column("version", Integer, nullable=False, comment="an older one changes nothing"),
    Column("customer_id", UUID, nullable=True, comment="null until the case is attached"),
    Column("open", Boolean, nullable=False),
    moment("opened_at", nullable=False),
    moment("as_of", nullable=False, comment="business time of the newest change"),
    Column("data", JSONB, nullable=False),
    # The cases of one customer, newest first.
    Index("ix_complaint_case_customer_id", "customer_id", "opened_at"),
    schema=DERIVED,
)

offer_response = Table(
    "offer_response",
    METADATA,
    Column("event_id", UUID, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    Column("response", String, nullable=False, comment="presented, accepted or rejected"),
    moment("occurred_at", nullable=False),
    Column("data", JSONB, nullable=False),
    Index("ix_offer_response_customer_id", "customer_id", "occurred_at"),
    schema=DERIVED,
)
