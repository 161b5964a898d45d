"""Know how far own topics reach, and why workers stand still: a restored database is told by it."""

from alembic import op

from lealtad.db.migrations import create_platform_tables

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_platform_tables(op)
