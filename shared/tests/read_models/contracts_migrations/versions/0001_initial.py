"""Tables of the copies of contracts."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE derived.contract (customer_id uuid, product_line text, occurred_at timestamptz NOT NULL,
            event_id uuid NOT NULL, monthly numeric(18, 4) NOT NULL, ends_on date, tags text[] NOT NULL,
            data jsonb NOT NULL, PRIMARY KEY (customer_id, product_line))
    """)
    op.execute("""
        CREATE TABLE derived.contract_fact (event_id uuid PRIMARY KEY, monthly numeric(18, 4) NOT NULL)
    """)
