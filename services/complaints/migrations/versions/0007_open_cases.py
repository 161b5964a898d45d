"""Find the open cases, the most urgent first, without reading the closed ones."""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_service_case_open_due_at_id",
        "service_case",
        ["due_at", "id"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("status NOT IN ('resolved', 'closed')"),
    )
