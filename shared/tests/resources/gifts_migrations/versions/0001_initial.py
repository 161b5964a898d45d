"""Tables of the gifts and of their shelves."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE owned.gift (gift_id uuid PRIMARY KEY, key text NOT NULL UNIQUE, version int NOT NULL,
            withdrawn boolean NOT NULL DEFAULT false, terms jsonb NOT NULL, changed_at timestamptz NOT NULL,
            changed_by text NOT NULL)
    """)
    op.execute("""
        CREATE TABLE owned.gift_version (gift_id uuid REFERENCES owned.gift, version int, withdrawn boolean NOT NULL,
            terms jsonb NOT NULL, changed_at timestamptz NOT NULL, changed_by text NOT NULL,
            PRIMARY KEY (gift_id, version))
    """)
    op.execute("CREATE TABLE owned.shelf (code text PRIMARY KEY, version int NOT NULL, full_up boolean NOT NULL)")
