"""Keep the totals of later kinds of facts in one column, so that a new kind needs no migration."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0002"
down_revision = "0001"

SCRIPT = """
ALTER TABLE owned.customer_totals ADD COLUMN others jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN owned.customer_totals.others IS 'totals without a column of their own, by name';
"""


def upgrade() -> None:
    run_script(op, SCRIPT)
