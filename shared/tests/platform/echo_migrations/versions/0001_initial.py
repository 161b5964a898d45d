"""Tables of the echo."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        "CREATE TABLE derived.seen (event_id uuid PRIMARY KEY, customer_id uuid NOT NULL, place bigint NOT NULL)"
    )
    op.execute("CREATE INDEX ON derived.seen (customer_id)")
    op.execute("CREATE TABLE owned.reminder (customer_id uuid PRIMARY KEY, due_at timestamptz)")
