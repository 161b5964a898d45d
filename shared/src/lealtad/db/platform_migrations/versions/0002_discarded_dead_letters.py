"""Let operators discard a dead letter, with the reason."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add who discarded a dead letter, when and why."""
    op.execute("""
        ALTER TABLE platform.dead_letter
            ADD COLUMN discarded_at timestamptz,
            ADD COLUMN discarded_by varchar,
            ADD COLUMN discard_reason text
    """)
