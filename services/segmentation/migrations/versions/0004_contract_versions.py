"""Keep the version of contracts, which orders their states."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0004"
down_revision = "0003"

# Stored states came with events from before versions; so do those that a process of the former code still writes.
VERSION = """
ALTER TABLE derived.contract ADD COLUMN version integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN derived.contract.version IS '0: of an event from before versions';
"""


def upgrade() -> None:
    run_script(op, VERSION)
