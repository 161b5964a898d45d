"""Keep the case that an offer of service recovery named, and what an accepted one costs."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0003"
down_revision = "0002"

GESTURES = """
ALTER TABLE derived.gesture
    ADD COLUMN case_id uuid,
    ADD COLUMN cost numeric(18,4),
    ADD COLUMN currency varchar;
COMMENT ON COLUMN derived.gesture.case_id IS 'the case that the offer named';
COMMENT ON COLUMN derived.gesture.cost IS 'of an accepted offer';
"""


def upgrade() -> None:
    run_script(op, GESTURES)
