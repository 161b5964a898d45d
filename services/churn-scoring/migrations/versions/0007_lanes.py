"""Lanes: live events go before those of a backfill."""

from alembic import op

from lealtad.db.migrations import add_lanes

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_lanes(op)
