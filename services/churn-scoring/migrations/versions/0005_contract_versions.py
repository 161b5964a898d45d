"""Keep the version of contracts, which orders their states."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0005"
down_revision = "0004"

# Stored states came with events from before versions; so do those that a process of the former code still writes.
VERSION = """
ALTER TABLE derived.contract_fact ADD COLUMN version integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN derived.contract_fact.version IS '0: of an event from before versions';

ALTER TABLE derived.contract_fact ADD COLUMN known_at timestamptz;
UPDATE derived.contract_fact SET known_at = occurred_at;
COMMENT ON COLUMN derived.contract_fact.known_at IS 'business time of the newest step in this state';
"""


def upgrade() -> None:
    run_script(op, VERSION)
