"""Give sums of amounts room for the largest amounts; no row is written anew."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0003"
down_revision = "0002"

SUMS = """
ALTER TABLE derived.activity_day
    ALTER COLUMN purchase_amount TYPE numeric(28,4),
    ALTER COLUMN returned_amount TYPE numeric(28,4),
    ALTER COLUMN paid_amount TYPE numeric(28,4);
ALTER TABLE derived.activity_total
    ALTER COLUMN purchase_amount TYPE numeric(28,4),
    ALTER COLUMN returned_amount TYPE numeric(28,4),
    ALTER COLUMN paid_amount TYPE numeric(28,4);
ALTER TABLE derived.activity_line_day
    ALTER COLUMN purchase_amount TYPE numeric(28,4),
    ALTER COLUMN returned_amount TYPE numeric(28,4);
ALTER TABLE owned.standing
    ALTER COLUMN monetary TYPE numeric(28,4);
"""


def upgrade() -> None:
    run_script(op, SUMS)
