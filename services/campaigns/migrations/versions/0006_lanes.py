"""Lanes: live events go before those of a backfill; a decision knows its own, a contract needs none.

Of contracts stored before, the time of the newest fact is not known: the next fact of each, or a rebuild, tells it.
"""

import sqlalchemy as sa
from alembic import op

from lealtad.db.migrations import add_lanes

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_lanes(op)
    lane = sa.Column(
        "lane",
        sa.String(),
        nullable=False,
        server_default="live",
        comment="backfill: only loaded history led to it",
    )
    op.add_column("decision", lane, schema="owned")
    op.execute("""
        ALTER TABLE derived.contract
            DROP COLUMN sequence,
            ADD COLUMN occurred_at timestamptz NOT NULL DEFAULT '-infinity',
            ADD COLUMN event_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
    """)
    for name, comment in (
        ("occurred_at", "business time of the newest fact"),
        ("event_id", "of the newest fact; decides between facts of one time"),
    ):
        op.alter_column("contract", name, server_default=None, comment=comment, schema="derived")
