"""Know until when a presented offer awaits its answer, so that silence is learned from, too."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "response",
        sa.Column(
            "open_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="of a presented offer that awaits its answer: business time",
        ),
        schema="owned",
    )
    op.create_index(
        "ix_response_open_until",
        "response",
        ["open_until"],
        schema="owned",
        postgresql_where=sa.text("open_until IS NOT NULL"),
    )
