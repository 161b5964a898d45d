"""Keep all steps of contracts, and facts that wait for the fact that they name."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0006"
down_revision = "0005"

# Every step recorded so far was accepted in the order of business time, so that each has an effect.
STEPS = """
CREATE TABLE owned.contract_step (
    id uuid CONSTRAINT pk_contract_step PRIMARY KEY,
    contract_id uuid NOT NULL,
    in_effect boolean NOT NULL,
    no_effect varchar,
    CONSTRAINT fk_contract_step_id_fact FOREIGN KEY (id) REFERENCES owned.fact (id)
);
-- Read the steps of a contract.
CREATE INDEX ix_contract_step_contract_id ON owned.contract_step (contract_id, id);
-- List the newest steps without an effect.
CREATE INDEX ix_contract_step_no_effect ON owned.contract_step (id) WHERE NOT in_effect;
COMMENT ON COLUMN owned.contract_step.id IS 'the fact; the first one started the contract';
COMMENT ON COLUMN owned.contract_step.contract_id IS 'a restore may write a step before the contract';
COMMENT ON COLUMN owned.contract_step.in_effect IS 'at present: later facts may change it';
COMMENT ON COLUMN owned.contract_step.no_effect IS 'code of the reason';

INSERT INTO owned.contract_step (id, contract_id, in_effect)
SELECT id, CAST(data ->> 'contract_id' AS uuid), true FROM owned.fact
WHERE kind IN ('contract-start', 'contract-change', 'contract-cancel');

ALTER TABLE owned.contract ADD COLUMN version integer NOT NULL DEFAULT 1;
UPDATE owned.contract SET version = steps.number
FROM (SELECT contract_id, count(*) AS number FROM owned.contract_step GROUP BY contract_id) AS steps
WHERE steps.contract_id = contract.id;
COMMENT ON COLUMN owned.contract.version IS 'as announced last; grows with each step';
"""

PENDING = """
CREATE TABLE owned.pending_fact (
    id uuid CONSTRAINT pk_pending_fact PRIMARY KEY,
    kind varchar NOT NULL,
    source_system varchar NOT NULL,
    source_fact_id varchar NOT NULL,
    waits_for_system varchar NOT NULL,
    waits_for_fact_id varchar NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    lane varchar NOT NULL,
    fingerprint bytea NOT NULL,
    request jsonb NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT uq_pending_fact_source UNIQUE (source_system, source_fact_id)
);
-- Read the facts that wait for one fact.
CREATE INDEX ix_pending_fact_waits_for ON owned.pending_fact (waits_for_system, waits_for_fact_id);
COMMENT ON COLUMN owned.pending_fact.occurred_at IS 'business time';
COMMENT ON COLUMN owned.pending_fact.recorded_at IS 'system time';
COMMENT ON COLUMN owned.pending_fact.fingerprint IS 'of the content, with references as they were sent';
COMMENT ON COLUMN owned.pending_fact.request IS 'decided on when the awaited fact comes';
COMMENT ON COLUMN owned.pending_fact.data IS 'the resource';
"""


def upgrade() -> None:
    run_script(op, STEPS)
    run_script(op, PENDING)
