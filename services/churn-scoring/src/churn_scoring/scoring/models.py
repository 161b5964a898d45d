"""Table of scores."""

from sqlalchemy import ARRAY, UUID, Column, Double, Index, Integer, Numeric, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from churn_scoring.metadata import METADATA
from lealtad.db.columns import AMOUNT, OWNED, moment

score = Table(
    "score",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    # The newest evaluation.
    Column("risk", Double, comment="exact probability"),
    Column("expected_value", AMOUNT, nullable=False, server_default=text("0")),
    Column("value_at_risk", AMOUNT, nullable=False, server_default=text("0")),
    moment("evaluated_at"),
    Column("release", Integer, nullable=False, server_default=text("0"), comment="it was evaluated under"),
    moment("next_due_at", comment="when time alone changes it; null: never"),
    # What was announced last.
    Column("probability", Numeric, comment="on the grid; null: no score"),
    Column("announced_value", AMOUNT, nullable=False, server_default=text("0"), comment="expected, on its steps"),
    Column("announced_at_risk", AMOUNT, nullable=False, server_default=text("0"), comment="of the announced value"),
    Column("no_score", String, comment="why not"),
    Column("band", String),
    Column("previous_band", String),
    Column("kind", String),
    Column("horizon_days", Integer),
    Column("reasons", JSONB, nullable=False, server_default=text("'[]'")),
    Column("model_name", String),
    Column("model_version", Integer),
    Column("policy_version", Integer),
    moment("as_of"),
    Column("event_id", UUID, comment="the announcement"),
    Column("causes", ARRAY(UUID), nullable=False, server_default=text("'{}'"), comment="root facts it newly included"),
    Column("cause_count", Integer, nullable=False, server_default=text("0")),
    # Root facts since the announcement, none of which changed the published score.
    Column("waiting", ARRAY(UUID), nullable=False, server_default=text("'{}'")),
    Column("waiting_count", Integer, nullable=False, server_default=text("0")),
    Index("ix_score_next_due_at", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),
    # Used after a new release, when scores of earlier releases are evaluated again.
    Index("ix_score_release", "release"),
    # Used by the rankings, with and without a band; equal risks are ordered by the announced value at risk.
    Index("ix_score_risk", "probability", "announced_at_risk", "customer_id"),
    Index("ix_score_value", "announced_at_risk", "customer_id", postgresql_where=text("probability IS NOT NULL")),
    Index("ix_score_band_risk", "band", "probability", "announced_at_risk", "customer_id"),
    Index("ix_score_band_value", "band", "announced_at_risk", "customer_id"),
    schema=OWNED,
    # Leaves room for updates in place: rows change with every event of a customer.
    postgresql_with={"fillfactor": "70"},
)
