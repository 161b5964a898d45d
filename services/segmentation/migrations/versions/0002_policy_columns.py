"""Name the columns of the policy as every service does, and keep who changed it."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("value_policy", "version", comment="the largest is in force", schema="owned")
    op.alter_column("value_policy", "created_at", new_column_name="changed_at", comment="business time", schema="owned")
    # Until now nobody was noted; the shipped version is all there was without a person.
    op.add_column(
        "value_policy", sa.Column("changed_by", sa.String(), server_default="shipped", nullable=False), schema="owned"
    )
    op.alter_column("value_policy", "changed_by", server_default=None, schema="owned")
