"""Let the service clock of a case stand while it waits for the customer."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0002"
down_revision = "0001"

PAUSES = """
-- Cases that wait already go on by their clock; the next wait pauses it.
ALTER TABLE owned.service_case ADD COLUMN paused_at timestamptz;
COMMENT ON COLUMN owned.service_case.paused_at IS 'since when the service clock stands';
ALTER TABLE owned.case_history
    ADD COLUMN paused_at timestamptz,
    ADD COLUMN clock_started_at timestamptz;
COMMENT ON COLUMN owned.case_history.paused_at IS 'since when the service clock stands';
COMMENT ON COLUMN owned.case_history.clock_started_at IS 'start of the service clock, moved on by a pause';
"""


def upgrade() -> None:
    run_script(op, PAUSES)
