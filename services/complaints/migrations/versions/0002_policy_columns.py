"""Name the columns of the policy as every service does."""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("service_policy", "version", comment="the largest is in force", schema="owned")
    op.alter_column("service_policy", "document", new_column_name="policy", schema="owned")
    op.alter_column("service_policy", "set_at", new_column_name="changed_at", schema="owned")
    op.alter_column("service_policy", "actor", new_column_name="changed_by", schema="owned")
    op.execute("UPDATE owned.service_policy SET changed_by = 'shipped' WHERE version = 1")
