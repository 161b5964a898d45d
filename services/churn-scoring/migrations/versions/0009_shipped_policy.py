"""Say who made the first policy as every service does."""

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE owned.scoring_policy SET changed_by = 'shipped' WHERE version = 1")
