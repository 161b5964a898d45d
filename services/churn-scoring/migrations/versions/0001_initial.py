"""Create the tables of churn-scoring, and ship the scoring policy and the model that needs no training."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0001"
down_revision = None

DERIVED = """
-- Every fact about a contract; the newest one counts.
CREATE TABLE derived.contract_fact (
    fact_id uuid CONSTRAINT pk_contract_fact PRIMARY KEY,
    contract_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz
);
-- A score reads all contracts of its customers.
CREATE INDEX ix_contract_fact_customer_id ON derived.contract_fact (customer_id);

-- Copy of the shareable state of each customer.
CREATE TABLE derived.customer (
    customer_id uuid CONSTRAINT pk_customer PRIMARY KEY,
    sequence bigint NOT NULL,
    status varchar NOT NULL,
    merged_into uuid,
    profiling_allowed boolean NOT NULL DEFAULT true
);

-- An id may move: it belongs to several customers until both states have arrived.
CREATE TABLE derived.customer_external_id (
    source varchar,
    external_id varchar,
    customer_id uuid,
    CONSTRAINT pk_customer_external_id PRIMARY KEY (source, external_id, customer_id)
);
-- A new state of a customer replaces the ids of that customer.
CREATE INDEX ix_customer_external_id_customer_id ON derived.customer_external_id (customer_id);

-- Every fact that scoring folds.
CREATE TABLE derived.fact (
    id uuid CONSTRAINT pk_fact PRIMARY KEY,
    customer_id uuid NOT NULL,
    kind varchar NOT NULL,
    occurred_at timestamptz NOT NULL,
    amount numeric(18,4) NOT NULL
);
-- A late fact folds the customer's facts again; training reads customers in this order.
CREATE INDEX ix_fact_customer_id ON derived.fact (customer_id, occurred_at, id);
COMMENT ON COLUMN derived.fact.id IS 'the event; the case, for a complaint';

-- The folded facts of each customer. Each event of the customer updates the row: the page keeps room.
CREATE TABLE derived.history (
    customer_id uuid CONSTRAINT pk_history PRIMARY KEY,
    last_at timestamptz,
    last_fact uuid,
    day integer NOT NULL DEFAULT 0,
    first_purchase_day integer,
    last_purchase_day integer,
    last_purchase_at timestamptz,
    purchases integer NOT NULL DEFAULT 0,
    purchase_days integer NOT NULL DEFAULT 0,
    gap_squares double precision NOT NULL DEFAULT 0,
    gap_smoothed double precision,
    spent numeric(18,4) NOT NULL DEFAULT 0,
    returned numeric(18,4) NOT NULL DEFAULT 0,
    complaints integer NOT NULL DEFAULT 0,
    last_touchpoint_day integer,
    offers_accepted integer NOT NULL DEFAULT 0,
    offers_rejected integer NOT NULL DEFAULT 0,
    buys_30 double precision NOT NULL DEFAULT 0,
    buys_90 double precision NOT NULL DEFAULT 0,
    buys_365 double precision NOT NULL DEFAULT 0,
    spend_30 double precision NOT NULL DEFAULT 0,
    spend_90 double precision NOT NULL DEFAULT 0,
    spend_365 double precision NOT NULL DEFAULT 0,
    returns_90 double precision NOT NULL DEFAULT 0,
    complaints_90 double precision NOT NULL DEFAULT 0,
    payments_90 double precision NOT NULL DEFAULT 0,
    payment_failures_90 double precision NOT NULL DEFAULT 0,
    touchpoints_90 double precision NOT NULL DEFAULT 0,
    negative_touchpoints_90 double precision NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
COMMENT ON COLUMN derived.history.last_at IS 'place of the newest folded fact, with last_fact';
COMMENT ON COLUMN derived.history.day IS 'UTC day ordinal of the decayed sums';

-- Copy of the newest version of each case.
CREATE TABLE derived.service_case (
    case_id uuid CONSTRAINT pk_service_case PRIMARY KEY,
    version integer NOT NULL,
    customer_id uuid,
    complains boolean NOT NULL,
    open boolean NOT NULL,
    opened_at timestamptz NOT NULL,
    resolved_at timestamptz
);
-- A score reads all complaints of its customers.
CREATE INDEX ix_service_case_customer_id ON derived.service_case (customer_id) WHERE complains;
COMMENT ON COLUMN derived.service_case.customer_id IS 'null: not known yet';
COMMENT ON COLUMN derived.service_case.complains IS 'complaint, claim, warranty or return; not a petition';
"""

OWNED = """
-- The registry of models. Version 1 needs no training.
CREATE TABLE owned.model (
    version serial CONSTRAINT pk_model PRIMARY KEY,
    name varchar NOT NULL,
    horizon_days integer,
    parameters jsonb,
    calibration jsonb,
    features varchar[] NOT NULL,
    training jsonb,
    metrics jsonb,
    artifact bytea,
    artifact_sha256 bytea,
    trained_at timestamptz NOT NULL,
    CONSTRAINT ck_model_artifact_has_digest CHECK ((artifact IS NULL) = (artifact_sha256 IS NULL))
);
COMMENT ON COLUMN owned.model.name IS 'bg-nbd-prior, bg-nbd or gradient-boosting';
COMMENT ON COLUMN owned.model.horizon_days IS 'null: any horizon';
COMMENT ON COLUMN owned.model.parameters IS 'BG/NBD''s r, alpha (days), a, b; null: the policy''s prior';
COMMENT ON COLUMN owned.model.training IS 'windows, customers, data fingerprint, hyper-parameters';
COMMENT ON COLUMN owned.model.metrics IS 'on the forward hold-out, with bootstrap intervals, baselines beside';
COMMENT ON COLUMN owned.model.artifact IS 'the estimator, written by joblib';

-- One row per version; none is overwritten.
CREATE TABLE owned.scoring_policy (
    version serial CONSTRAINT pk_scoring_policy PRIMARY KEY,
    policy jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by varchar NOT NULL
);
COMMENT ON COLUMN owned.scoring_policy.version IS 'the largest is in force';
COMMENT ON COLUMN owned.scoring_policy.changed_at IS 'business time';

-- Which policy and which model were in force together.
CREATE TABLE owned.release (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_release PRIMARY KEY,
    policy_version integer NOT NULL,
    model_version integer NOT NULL,
    released_at timestamptz NOT NULL,
    CONSTRAINT fk_release_model_version_model FOREIGN KEY (model_version) REFERENCES owned.model (version),
    CONSTRAINT fk_release_policy_version_scoring_policy FOREIGN KEY (policy_version)
        REFERENCES owned.scoring_policy (version)
);
COMMENT ON COLUMN owned.release.id IS 'the largest is in force';

-- The newest evaluation of each customer, and the announced score. Events update the row: the page keeps room.
CREATE TABLE owned.score (
    customer_id uuid CONSTRAINT pk_score PRIMARY KEY,
    risk double precision,
    expected_value numeric(18,4) NOT NULL DEFAULT 0,
    value_at_risk numeric(18,4) NOT NULL DEFAULT 0,
    evaluated_at timestamptz,
    release integer NOT NULL DEFAULT 0,
    next_due_at timestamptz,
    probability numeric,
    no_score varchar,
    band varchar,
    previous_band varchar,
    kind varchar,
    horizon_days integer,
    reasons jsonb NOT NULL DEFAULT '[]',
    model_name varchar,
    model_version integer,
    policy_version integer,
    as_of timestamptz,
    event_id uuid,
    causes uuid[] NOT NULL DEFAULT '{}',
    cause_count integer NOT NULL DEFAULT 0,
    waiting uuid[] NOT NULL DEFAULT '{}',
    waiting_count integer NOT NULL DEFAULT 0,
    announced_value numeric(18,4) NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
-- List one band, the most endangered money first among equal risks.
CREATE INDEX ix_score_band_risk ON owned.score (band, probability, value_at_risk, customer_id);
-- List one band by value at risk.
CREATE INDEX ix_score_band_value ON owned.score (band, value_at_risk, customer_id);
-- Due work: scores that change with time.
CREATE INDEX ix_score_next_due_at ON owned.score (next_due_at) WHERE next_due_at IS NOT NULL;
-- Due work: everything evaluated under an earlier policy or model.
CREATE INDEX ix_score_release ON owned.score (release);
-- List all bands, the most endangered money first among equal risks.
CREATE INDEX ix_score_risk ON owned.score (probability, value_at_risk, customer_id);
-- List all bands by value at risk.
CREATE INDEX ix_score_value ON owned.score (value_at_risk, customer_id) WHERE probability IS NOT NULL;
COMMENT ON COLUMN owned.score.risk IS 'exact probability';
COMMENT ON COLUMN owned.score.release IS 'it was evaluated under';
COMMENT ON COLUMN owned.score.next_due_at IS 'when time alone changes it; null: never';
COMMENT ON COLUMN owned.score.probability IS 'on the grid; null: no score';
COMMENT ON COLUMN owned.score.no_score IS 'why not';
COMMENT ON COLUMN owned.score.event_id IS 'the announcement';
COMMENT ON COLUMN owned.score.causes IS 'root facts it newly included';
COMMENT ON COLUMN owned.score.announced_value IS 'expected, on its steps';
"""

SHIPPED = """
-- A model that needs no training: BG/NBD with the prior of the policy.
INSERT INTO owned.model (version, name, features, trained_at)
VALUES (1, 'bg-nbd-prior', '{frequency,recency,age}', '2000-01-01T00:00:00Z');

INSERT INTO owned.scoring_policy (version, changed_at, changed_by, policy)
VALUES (1, '2000-01-01T00:00:00Z', 'shipped', '{
    "horizon_days": 90,
    "grid": "0.02",
    "drift": "0.06",
    "recheck_days": 14,
    "bands": [
        {"name": "low", "from_probability": "0"},
        {"name": "medium", "from_probability": "0.30"},
        {"name": "high", "from_probability": "0.60"},
        {"name": "critical", "from_probability": "0.80"}
    ],
    "prior": {"r": 0.93, "alpha": 67.5, "a": 0.63, "b": 7.4},
    "evidence": [
        {"feature": "open_cases", "log_odds": 0.3, "cap": 3.0},
        {"feature": "complaints_90", "log_odds": 0.4, "cap": 4.0},
        {"feature": "payment_failures_90", "log_odds": 0.3, "cap": 3.0},
        {"feature": "negative_touchpoints_90", "log_odds": 0.15, "cap": 4.0}
    ],
    "contract": {"probability": "0.08", "ending_probability": "0.90"},
    "value": {"daily_spend": "0.50", "weight_days": 90, "step": "0.20"},
    "training": {"active_days": 180, "cutoffs": 3, "step_days": 30, "fewest_customers": 300}
}');

INSERT INTO owned.release (policy_version, model_version, released_at) VALUES (1, 1, '2000-01-01T00:00:00Z');
"""


def upgrade() -> None:
    run_script(op, DERIVED)
    run_script(op, OWNED)
    run_script(op, SHIPPED)
