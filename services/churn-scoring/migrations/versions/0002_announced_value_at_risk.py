"""Keep the value at risk that was announced, and rank by it."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0002"
down_revision = "0001"

STATEMENTS = """
ALTER TABLE owned.score ADD COLUMN announced_at_risk numeric(18,4) NOT NULL DEFAULT 0;
COMMENT ON COLUMN owned.score.announced_at_risk IS 'of the announced value';
UPDATE owned.score SET announced_at_risk = probability * announced_value WHERE probability IS NOT NULL;

-- The rankings follow the figures that answers and events show.
DROP INDEX owned.ix_score_band_risk, owned.ix_score_band_value, owned.ix_score_risk, owned.ix_score_value;
CREATE INDEX ix_score_band_risk ON owned.score (band, probability, announced_at_risk, customer_id);
CREATE INDEX ix_score_band_value ON owned.score (band, announced_at_risk, customer_id);
CREATE INDEX ix_score_risk ON owned.score (probability, announced_at_risk, customer_id);
CREATE INDEX ix_score_value ON owned.score (announced_at_risk, customer_id) WHERE probability IS NOT NULL;
"""


def upgrade() -> None:
    run_script(op, STATEMENTS)
