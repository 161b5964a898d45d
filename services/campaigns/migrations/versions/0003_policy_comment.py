"""Say of the time of a change that it is business time, as in every service's policy."""

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("contact_policy", "changed_at", comment="business time", schema="owned")
