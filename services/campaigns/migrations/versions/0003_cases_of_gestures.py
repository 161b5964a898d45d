"""Keep the case that an offer of service recovery makes up for, and what orders the cases of a customer."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0003"
down_revision = "0002"

CASES = """
ALTER TABLE derived.complaint_case
    ADD COLUMN due_at timestamptz,
    ADD COLUMN paused_at timestamptz;
COMMENT ON COLUMN derived.complaint_case.due_at IS 'null: folded before it was kept';
COMMENT ON COLUMN derived.complaint_case.paused_at IS 'since when it waits for the customer';
ALTER TABLE owned.decision ADD COLUMN case_id uuid;
COMMENT ON COLUMN owned.decision.case_id IS 'the case that an offer of service recovery makes up for';
ALTER TABLE owned.next_best_action ADD COLUMN case_id uuid;
"""


def upgrade() -> None:
    run_script(op, CASES)
