"""Give sums of amounts room for the largest amounts; no row is written anew."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0004"
down_revision = "0003"

SUMS = """
ALTER TABLE owned.customer_totals
    ALTER COLUMN purchased TYPE numeric(28,4),
    ALTER COLUMN returned TYPE numeric(28,4),
    ALTER COLUMN paid TYPE numeric(28,4);
"""


def upgrade() -> None:
    run_script(op, SUMS)
