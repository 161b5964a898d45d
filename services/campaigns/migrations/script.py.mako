"""${message}."""

from alembic import op

from lealtad.db.migrations import run_script

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}

STATEMENTS = """
"""


def upgrade() -> None:
    run_script(op, STATEMENTS)
