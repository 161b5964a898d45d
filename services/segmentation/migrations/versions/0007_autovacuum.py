"""Have autovacuum look after what is pruned by number of rows, not by share of the table."""

from alembic import op

from lealtad.db.migrations import set_storage_parameters

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_storage_parameters(op)
