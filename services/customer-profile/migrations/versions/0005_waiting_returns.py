"""Keep the returns that wait for their purchase, and list unmatched returns by an index."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0005"
down_revision = "0004"

WAITING = """
CREATE TABLE owned.waiting_return (
    return_id uuid NOT NULL,
    source_system varchar NOT NULL,
    source_fact_id varchar NOT NULL,
    CONSTRAINT pk_waiting_return PRIMARY KEY (return_id),
    CONSTRAINT fk_waiting_return_return_id_fact FOREIGN KEY (return_id) REFERENCES owned.fact (id)
);
COMMENT ON COLUMN owned.waiting_return.source_system IS 'with the fact id: the name of the purchase';
CREATE INDEX ix_waiting_return_source ON owned.waiting_return (source_system, source_fact_id);
CREATE INDEX ix_fact_unmatched_return ON owned.fact (id) WHERE kind = 'return' AND data ->> 'purchase_id' IS NULL;
COMMENT ON COLUMN owned.fact.data IS 'of its event; of a return as it stands';
"""


def upgrade() -> None:
    run_script(op, WAITING)
