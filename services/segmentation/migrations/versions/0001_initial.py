"""Create the tables of segmentation, and ship the segments and the value policy."""

import json
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from alembic import op

from lealtad.db.migrations import run_script

revision = "0001"
down_revision = None

DERIVED = """
-- Counts and amounts of a customer per day. Each fact updates the row of today: the page keeps room.
CREATE TABLE derived.activity_day (
    customer_id uuid,
    day date,
    purchases integer NOT NULL DEFAULT 0,
    returns integer NOT NULL DEFAULT 0,
    payments integer NOT NULL DEFAULT 0,
    failed_payments integer NOT NULL DEFAULT 0,
    touchpoints integer NOT NULL DEFAULT 0,
    bad_touchpoints integer NOT NULL DEFAULT 0,
    offers_accepted integer NOT NULL DEFAULT 0,
    offers_rejected integer NOT NULL DEFAULT 0,
    purchase_amount numeric(18,4) NOT NULL DEFAULT '0',
    returned_amount numeric(18,4) NOT NULL DEFAULT '0',
    paid_amount numeric(18,4) NOT NULL DEFAULT '0',
    largest_purchase numeric(18,4) NOT NULL DEFAULT '0',
    CONSTRAINT pk_activity_day PRIMARY KEY (customer_id, day)
) WITH (fillfactor = 80);

-- The facts already counted, each once.
CREATE TABLE derived.activity_fact (
    event_id uuid CONSTRAINT pk_activity_fact PRIMARY KEY,
    customer_id uuid NOT NULL,
    kind varchar NOT NULL,
    occurred_at timestamptz NOT NULL,
    amount numeric(18,4) NOT NULL
);

-- Counts and amounts of a customer per day and product. Each fact updates the row of today: the page keeps room.
CREATE TABLE derived.activity_line_day (
    customer_id uuid,
    day date,
    product_line varchar,
    purchases integer NOT NULL,
    returns integer NOT NULL,
    purchase_amount numeric(18,4) NOT NULL,
    returned_amount numeric(18,4) NOT NULL,
    CONSTRAINT pk_activity_line_day PRIMARY KEY (customer_id, day, product_line)
) WITH (fillfactor = 80);

-- Totals of a customer. Each fact updates the row: the page keeps room.
CREATE TABLE derived.activity_total (
    customer_id uuid CONSTRAINT pk_activity_total PRIMARY KEY,
    purchases integer NOT NULL DEFAULT 0,
    returns integer NOT NULL DEFAULT 0,
    payments integer NOT NULL DEFAULT 0,
    failed_payments integer NOT NULL DEFAULT 0,
    touchpoints integer NOT NULL DEFAULT 0,
    bad_touchpoints integer NOT NULL DEFAULT 0,
    offers_accepted integer NOT NULL DEFAULT 0,
    offers_rejected integer NOT NULL DEFAULT 0,
    purchase_amount numeric(18,4) NOT NULL DEFAULT '0',
    returned_amount numeric(18,4) NOT NULL DEFAULT '0',
    paid_amount numeric(18,4) NOT NULL DEFAULT '0',
    largest_purchase numeric(18,4) NOT NULL DEFAULT '0',
    first_purchase date,
    last_purchase date,
    last_return date,
    last_payment date,
    last_failed_payment date,
    last_touchpoint date
) WITH (fillfactor = 80);

-- Copy of the newest score.
CREATE TABLE derived.churn_score (
    customer_id uuid CONSTRAINT pk_churn_score PRIMARY KEY,
    sequence bigint NOT NULL,
    probability numeric(9,6),
    band varchar,
    as_of timestamptz NOT NULL
);

-- Copy of the newest version of each case.
CREATE TABLE derived.complaint_case (
    case_id uuid CONSTRAINT pk_complaint_case PRIMARY KEY,
    version integer NOT NULL,
    customer_id uuid,
    kind varchar NOT NULL,
    severity varchar NOT NULL,
    is_open boolean NOT NULL,
    mutes boolean NOT NULL,
    opened_on date NOT NULL
);
-- An evaluation reads all cases of its customers.
CREATE INDEX ix_complaint_case_customer_id ON derived.complaint_case (customer_id);

-- Copy of each contract. The newest fact counts, whichever lane brought it.
CREATE TABLE derived.contract (
    contract_id uuid CONSTRAINT pk_contract PRIMARY KEY,
    customer_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    product_line varchar NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz
);
-- An evaluation reads all contracts of its customers.
CREATE INDEX ix_contract_customer_id ON derived.contract (customer_id);

-- Copy of the shareable state of each customer.
CREATE TABLE derived.customer (
    customer_id uuid CONSTRAINT pk_customer PRIMARY KEY,
    sequence bigint NOT NULL,
    status varchar NOT NULL,
    merged_into uuid,
    country varchar,
    region varchar,
    language varchar,
    stratum smallint,
    birth_year smallint,
    registered_on date NOT NULL,
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
"""

OWNED = """
-- Memberships under the version in preparation; none is announced.
CREATE TABLE owned.draft_membership (
    segment_id uuid,
    customer_id uuid,
    CONSTRAINT pk_draft_membership PRIMARY KEY (segment_id, customer_id)
);
-- An evaluation replaces the draft memberships of its customers.
CREATE INDEX ix_draft_membership_customer_id ON owned.draft_membership (customer_id);

-- Announced memberships: the version and root fact by which the customer entered, and the announcing event.
CREATE TABLE owned.membership (
    customer_id uuid,
    segment_id uuid,
    version integer NOT NULL,
    since timestamptz NOT NULL,
    cause_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT pk_membership PRIMARY KEY (customer_id, segment_id)
);
-- List the members of a segment by keyset.
CREATE INDEX ix_membership_segment_id_customer_id ON owned.membership (segment_id, customer_id);

-- Progress of a version in preparation: all customers up to `after` are evaluated under it.
CREATE TABLE owned.preparation (
    segment_id uuid,
    version integer,
    after uuid NOT NULL,
    started_at timestamptz NOT NULL,
    evaluated bigint NOT NULL DEFAULT '0',
    complete boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_preparation PRIMARY KEY (segment_id, version)
);

-- One row: another id whenever another set of versions, boundaries or policy is in force.
CREATE TABLE owned.rulebook (
    "only" boolean CONSTRAINT pk_rulebook PRIMARY KEY DEFAULT true,
    revision uuid NOT NULL
);

-- Segments.
CREATE TABLE owned.segment (
    segment_id uuid CONSTRAINT pk_segment PRIMARY KEY,
    key varchar NOT NULL,
    latest_version integer NOT NULL,
    created_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT uq_segment_key UNIQUE (key)
);

-- One row per version of a segment.
CREATE TABLE owned.segment_version (
    segment_id uuid,
    version integer,
    status varchar NOT NULL,
    name varchar NOT NULL,
    description varchar NOT NULL,
    rule jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    active_since timestamptz,
    CONSTRAINT pk_segment_version PRIMARY KEY (segment_id, version),
    CONSTRAINT fk_segment_version_segment_id_segment FOREIGN KEY (segment_id)
        REFERENCES owned.segment (segment_id)
);
-- One version of a segment is in force; one may be in preparation.
CREATE UNIQUE INDEX uq_segment_version_status ON owned.segment_version (segment_id, status)
    WHERE status IN ('active', 'preparing');

-- One row per customer: the locked row, the announced tier, and the result of the last evaluation.
-- Events of the customer update the row: the page keeps room.
CREATE TABLE owned.standing (
    customer_id uuid CONSTRAINT pk_standing PRIMARY KEY,
    tier varchar,
    service_tier varchar,
    rfm_recency smallint,
    rfm_frequency smallint,
    rfm_monetary smallint,
    last_purchase date,
    frequency integer NOT NULL DEFAULT 0,
    monetary numeric(18,4) NOT NULL DEFAULT '0',
    boundaries_version integer,
    evaluated_at timestamptz,
    next_due_at timestamptz
) WITH (fillfactor = 70);
-- Due work, the oldest first.
CREATE INDEX ix_standing_next_due_at ON owned.standing (next_due_at) WHERE next_due_at IS NOT NULL;

-- Walks over all customers under way, oldest first: all customers up to `after` are evaluated.
CREATE TABLE owned.sweep (
    sweep_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_sweep PRIMARY KEY,
    reason varchar NOT NULL,
    segment_id uuid,
    after uuid NOT NULL,
    started_at timestamptz NOT NULL
);

-- Boundaries of the value tiers, one row per computation.
CREATE TABLE owned.value_boundaries (
    version serial CONSTRAINT pk_value_boundaries PRIMARY KEY,
    policy_version integer NOT NULL,
    computed_at timestamptz NOT NULL,
    window_days integer NOT NULL,
    buyers integer NOT NULL,
    boundaries jsonb NOT NULL
);

-- One row per version; none is overwritten.
CREATE TABLE owned.value_policy (
    version serial CONSTRAINT pk_value_policy PRIMARY KEY,
    policy jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by varchar NOT NULL
);
COMMENT ON COLUMN owned.value_policy.version IS 'the largest is in force';
COMMENT ON COLUMN owned.value_policy.changed_at IS 'business time';

-- One row: when the boundaries are computed next, in business time.
CREATE TABLE owned.value_schedule (
    "only" boolean CONSTRAINT pk_value_schedule PRIMARY KEY DEFAULT true,
    next_due_at timestamptz NOT NULL
);
"""

SHIPPED = Path(__file__).with_suffix("")
SEGMENT = sa.text("""
    INSERT INTO owned.segment (segment_id, key, latest_version, created_at) VALUES (:id, :key, 1, now())
""")
SEGMENT_VERSION = sa.text("""
    INSERT INTO owned.segment_version (segment_id, version, status, name, description, rule, created_at)
    VALUES (:id, 1, 'active', :name, :description, CAST(:rule AS jsonb), now())
""")
RULEBOOK = "INSERT INTO owned.rulebook (revision) VALUES (gen_random_uuid())"
VALUE_POLICY = sa.text("""
    INSERT INTO owned.value_policy (version, policy, changed_at, changed_by)
    VALUES (1, CAST(:policy AS jsonb), now(), 'shipped')
""")
VALUE_SCHEDULE = "INSERT INTO owned.value_schedule (next_due_at) VALUES ('1970-01-01T00:00:00Z')"


def upgrade() -> None:
    run_script(op, DERIVED)
    run_script(op, OWNED)
    ship_segments()
    ship_value_policy()


def ship_segments() -> None:
    """Put the shipped segments in force; no customer exists yet that could be in one."""
    for segment in json.loads((SHIPPED / "segments.json").read_text()):
        segment_id = uuid5(NAMESPACE_URL, f"lealtad:segment:{segment['key']}")
        op.get_bind().execute(SEGMENT, {"id": segment_id, "key": segment.pop("key")})
        rule = json.dumps(segment.pop("rule"))
        op.get_bind().execute(SEGMENT_VERSION, {"id": segment_id, "rule": rule, **segment})
    op.execute(RULEBOOK)


def ship_value_policy() -> None:
    """Rank by the shipped policy; boundaries are due at once, then at the times that the policy says."""
    op.get_bind().execute(VALUE_POLICY, {"policy": (SHIPPED / "value_policy.json").read_text()})
    op.execute(VALUE_SCHEDULE)
