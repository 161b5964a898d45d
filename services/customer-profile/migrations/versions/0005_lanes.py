"""Lanes: live events go before those of a backfill; a fact knows its own."""

import sqlalchemy as sa
from alembic import op

from lealtad.db.migrations import add_lanes

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_lanes(op)
    lane = sa.Column(
        "lane",
        sa.String(),
        nullable=False,
        server_default="live",
        comment="of its event: says on which topic it is",
    )
    op.add_column("fact", lane, schema="owned")
    op.alter_column("fact", "sequence", comment="of its event, per customer and topic", schema="owned")
