"""Keep the bands of the announced scoring policy, which rules may name."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0002"
down_revision = "0001"

TABLE = """
-- Bands of the newest scoring policy: one row, none before the first change.
CREATE TABLE derived.churn_bands (
    policy_id uuid CONSTRAINT pk_churn_bands PRIMARY KEY,
    sequence bigint NOT NULL,
    bands varchar[] NOT NULL
);
"""


def upgrade() -> None:
    run_script(op, TABLE)
