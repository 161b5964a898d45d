"""Store the logistic regression and the expected spending of a model, and the level of a release."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0004"
down_revision = "0003"

COLUMNS = """
ALTER TABLE owned.model ADD COLUMN linear jsonb, ADD COLUMN value jsonb;
ALTER TABLE owned.release ADD COLUMN level jsonb;
COMMENT ON COLUMN owned.model.name IS 'bg-nbd-prior, or a kind that training knows';
COMMENT ON COLUMN owned.model.linear IS 'the logistic regression';
COMMENT ON COLUMN owned.model.value IS 'the expected spending that was learned with it';
COMMENT ON COLUMN owned.model.artifact IS 'the boosted trees, written by joblib';
COMMENT ON COLUMN owned.release.level IS 'shift of the model to the silence observed lately, with the gaps; null: none';
"""


def upgrade() -> None:
    run_script(op, COLUMNS)
