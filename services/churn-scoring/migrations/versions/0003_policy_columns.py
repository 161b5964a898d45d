"""Name the columns of the policy as every service does."""

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("scoring_policy", "version", comment="the largest is in force", schema="owned")
    op.alter_column("scoring_policy", "document", new_column_name="policy", schema="owned")
    op.alter_column("scoring_policy", "changed_at", comment="business time", schema="owned")
