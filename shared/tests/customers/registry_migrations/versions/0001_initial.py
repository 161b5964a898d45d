"""Tables of the registry."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE derived.customer (customer_id uuid PRIMARY KEY, sequence bigint NOT NULL, status text NOT NULL,
            merged_into uuid, language text)
    """)
    op.execute("""
        CREATE TABLE derived.customer_external_id (source text, external_id text, customer_id uuid,
            PRIMARY KEY (source, external_id, customer_id))
    """)
