"""Keep what was emitted, so that it can be published again."""

from alembic import op

from lealtad.db.migrations import keep_emitted_events

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    keep_emitted_events(op)
