"""Keep the case that an offer of recovery named, what an accepted one costs, and the announced service tiers."""

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

-- The service tiers of the newest value policy: one row.
CREATE TABLE derived.service_levels (
    policy_id uuid CONSTRAINT pk_service_levels PRIMARY KEY,
    sequence bigint NOT NULL,
    tiers varchar[] NOT NULL
);
"""


def upgrade() -> None:
    run_script(op, GESTURES)
