"""The table of a policy, and its first version."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE owned.patience (version int PRIMARY KEY, policy jsonb NOT NULL,
            changed_at timestamptz NOT NULL, changed_by text NOT NULL)
    """)
    op.execute("""INSERT INTO owned.patience VALUES (1, '{"days": 1}', '2011-01-01T00:00:00Z', 'shipped')""")
