"""Keep the expected value as it was announced, on the steps of the policy."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A constant default: no row is written again.
    op.add_column(
        "score",
        sa.Column(
            "announced_value",
            sa.Numeric(18, 4),
            nullable=False,
            server_default=sa.text("0"),
            comment="expected, on its steps",
        ),
        schema="owned",
    )
