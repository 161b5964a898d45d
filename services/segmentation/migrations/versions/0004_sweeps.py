"""Walk the base in short transactions after a change of the rulebook."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sweep",
        sa.Column("sweep_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("segment_id", sa.UUID(), nullable=True),
        sa.Column("after", sa.UUID(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sweep_id", name=op.f("pk_sweep")),
        schema="owned",
    )
