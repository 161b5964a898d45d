"""Keep the intake policy as one document, as every service keeps its policy."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None

SETTINGS = ("unknown_customers", "future_tolerance_s", "oldest_age_days", "phone_regions", "document_formats")


def upgrade() -> None:
    op.add_column("intake_policy", sa.Column("policy", postgresql.JSONB(), nullable=True), schema="owned")
    settings = ", ".join(f"'{name}', {name}" for name in SETTINGS)
    op.execute(f"UPDATE owned.intake_policy SET policy = jsonb_build_object({settings})")
    op.alter_column("intake_policy", "policy", nullable=False, schema="owned")
    for name in SETTINGS:
        op.drop_column("intake_policy", name, schema="owned")
