"""Keep who may be profiled: customer-profile announces anew whoever objected before."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allowed: sa.Column[bool] = sa.Column(
        "profiling_allowed", sa.Boolean(), nullable=False, server_default=sa.text("true")
    )
    op.add_column("customer", allowed, schema="derived")
