"""Tables of decisions."""

from sqlalchemy import (
    ARRAY,
    UUID,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from campaigns.metadata import METADATA
from lealtad.db.columns import AMOUNT, OWNED, moment

decision = Table(
    "decision",
    METADATA,
    Column("decision_id", UUID, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    Column("origin", String, nullable=False, comment="standing: followed from events or time; asked: by a channel"),
    Column("initiated_by", String, nullable=False, server_default="company", comment="customer: they were there"),
    Column("lane", String, nullable=False, server_default="live", comment="backfill: only loaded history led to it"),
    moment("decided_at", nullable=False, comment="business time"),
    Column("offer_id", UUID, comment="null: no action"),
    Column("offer_key", String),
    Column("offer_version", Integer),
    Column("offer_kind", String),
    Column("contact_class", String),
    Column("channel", String),
    Column("band", String, comment="churn band of the propensity's cell"),
    Column("case_id", UUID, comment="the case that an offer of service recovery makes up for"),
    Column("reason", String, nullable=False),
    Column("mute", String),
    Column("priority", AMOUNT),
    Column("probability", Double, comment="of the action under the exploration in force"),
    moment("contact_at"),
    moment("valid_until"),
    Column("policy_version", Integer, nullable=False),
    Column("held_out", Boolean, nullable=False, comment="arm of the universal hold-out"),
    Column("seed", UUID, nullable=False, comment="the decision at which propensities were drawn"),
    Column("inputs", JSONB, nullable=False, comment="score, segments and cases with as-of, ages of the inputs"),
    Column("ranked", JSONB, nullable=False),
    Column("ruled_out", JSONB, nullable=False),
    Column("causes", ARRAY(UUID), nullable=False),
    Column("cause_count", Integer, nullable=False),
    # List the decisions of one customer in the order of time: ids grow with time.
    Index("ix_decision_customer_id_decision_id", "customer_id", "decision_id"),
    schema=OWNED,
)

next_best_action = Table(
    "next_best_action",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("decision_id", UUID, comment="null: locked before the first decision"),
    Column("offer_id", UUID),
    Column("channel", String),
    Column("mute", String),
    Column("case_id", UUID),
    Column("seed", UUID, comment="null: propensities are drawn anew at the next decision"),
    moment("drawn_until", comment="the draw holds so long"),
    moment("next_due_at", comment="when time alone can change the answer"),
    Column("rulebook", BigInteger, nullable=False, server_default=text("0"), comment="revision decided under"),
    Column("awaits_inputs", Boolean, nullable=False, server_default=text("false")),
    # One index for each reason of a review: time, changed rules, and inputs that are fresh again.
    Index("ix_next_best_action_next_due_at", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    Index("ix_next_best_action_rulebook", "rulebook"),
    Index("ix_next_best_action_awaits_inputs", "customer_id", postgresql_where=text("awaits_inputs")),
    schema=OWNED,
    postgresql_with={"fillfactor": "70"},
)
