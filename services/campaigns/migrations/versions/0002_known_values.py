"""Keep the bands, tiers and segments that audiences may name."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0002"
down_revision = "0001"

TABLES = """
-- Bands of the newest scoring policy: one row, none before the first change.
CREATE TABLE derived.churn_bands (
    policy_id uuid CONSTRAINT pk_churn_bands PRIMARY KEY,
    sequence bigint NOT NULL,
    bands varchar[] NOT NULL
);

-- Tiers of the newest value policy: one row, none before the first change.
CREATE TABLE derived.value_tiers (
    policy_id uuid CONSTRAINT pk_value_tiers PRIMARY KEY,
    sequence bigint NOT NULL,
    tiers varchar[] NOT NULL
);

-- Announced segments. Shipped segments are here only after a change.
CREATE TABLE derived.segment_definition (
    segment_id uuid CONSTRAINT pk_segment_definition PRIMARY KEY,
    sequence bigint NOT NULL,
    key varchar NOT NULL,
    archived boolean NOT NULL
);
"""


def upgrade() -> None:
    run_script(op, TABLES)
