"""Give sums of amounts room for the largest amounts; no row is written anew."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0003"
down_revision = "0002"

SUMS = """
ALTER TABLE derived.history
    ALTER COLUMN spent TYPE numeric(28,4),
    ALTER COLUMN returned TYPE numeric(28,4);
"""


def upgrade() -> None:
    run_script(op, SUMS)
