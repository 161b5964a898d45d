"""Create the tables of customer-profile, and ship the intake policy."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0001"
down_revision = None

DERIVED = """
-- The newest segments, score and next-best action of each customer, as other services announced them.
CREATE TABLE derived.announced (
    customer_id uuid,
    part varchar,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL,
    as_of timestamptz NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT pk_announced PRIMARY KEY (customer_id, part)
);
COMMENT ON COLUMN derived.announced.part IS 'segments, score or next_best_action';
COMMENT ON COLUMN derived.announced.sequence IS 'of the newest event; an older one changes nothing';
COMMENT ON COLUMN derived.announced.as_of IS 'business time';

-- Copy of the newest version of each case.
CREATE TABLE derived.complaint_case (
    case_id uuid CONSTRAINT pk_complaint_case PRIMARY KEY,
    version integer NOT NULL,
    customer_id uuid,
    open boolean NOT NULL,
    opened_at timestamptz NOT NULL,
    as_of timestamptz NOT NULL,
    data jsonb NOT NULL
);
-- Read the cases of one customer, newest first.
CREATE INDEX ix_complaint_case_customer_id ON derived.complaint_case (customer_id, opened_at);
COMMENT ON COLUMN derived.complaint_case.version IS 'an older one changes nothing';
COMMENT ON COLUMN derived.complaint_case.customer_id IS 'null until the case is attached';
COMMENT ON COLUMN derived.complaint_case.as_of IS 'business time of the newest change';

-- Responses to offers.
CREATE TABLE derived.offer_response (
    event_id uuid CONSTRAINT pk_offer_response PRIMARY KEY,
    customer_id uuid NOT NULL,
    response varchar NOT NULL,
    occurred_at timestamptz NOT NULL,
    data jsonb NOT NULL
);
-- Read the responses of one customer, newest first.
CREATE INDEX ix_offer_response_customer_id ON derived.offer_response (customer_id, occurred_at);
COMMENT ON COLUMN derived.offer_response.response IS 'presented, accepted or rejected';
"""

OWNED = """
-- The record of each customer.
CREATE TABLE owned.customer (
    id uuid CONSTRAINT pk_customer PRIMARY KEY,
    version integer NOT NULL,
    status varchar NOT NULL DEFAULT 'active',
    provisional boolean NOT NULL,
    merged_into uuid,
    erased_at timestamptz,
    given_name varchar,
    family_name varchar,
    organisation varchar,
    birth_date date,
    country varchar(2),
    region varchar,
    stratum smallint,
    language varchar(2),
    time_zone varchar,
    preferred_channels varchar[] NOT NULL DEFAULT '{}',
    contact_from varchar(5),
    contact_until varchar(5),
    do_not_contact_reason varchar,
    do_not_contact_since timestamptz,
    registered_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    profiling_basis varchar NOT NULL DEFAULT 'objection',
    profiling_allowed boolean NOT NULL DEFAULT true,
    profiling_changes_at timestamptz
);
-- List customers of one country, newest first.
CREATE INDEX ix_customer_country ON owned.customer (country, id);
-- Due work: customers reviewed under another basis of the intake policy.
CREATE INDEX ix_customer_profiling_basis ON owned.customer (profiling_basis, id);
-- Due work: customers whose right to be profiled changes with time.
CREATE INDEX ix_customer_profiling_changes_at ON owned.customer (profiling_changes_at)
    WHERE profiling_changes_at IS NOT NULL;
-- List provisional customers, newest first.
CREATE INDEX ix_customer_provisional ON owned.customer (id) WHERE provisional;
COMMENT ON COLUMN owned.customer.version IS 'grows by one with every change; the ETag';
COMMENT ON COLUMN owned.customer.provisional IS 'known by an external id only';
COMMENT ON COLUMN owned.customer.birth_date IS 'only the year is shared';
COMMENT ON COLUMN owned.customer.contact_from IS 'local hour, HH:MM';
COMMENT ON COLUMN owned.customer.do_not_contact_reason IS 'null: may be contacted';
COMMENT ON COLUMN owned.customer.profiling_basis IS 'it was last looked at by';
COMMENT ON COLUMN owned.customer.profiling_allowed IS 'as announced last';
COMMENT ON COLUMN owned.customer.profiling_changes_at IS 'when time alone may change it';

-- The append-only history of consents. A repeated statement is kept once.
CREATE TABLE owned.consent (
    id uuid CONSTRAINT pk_consent PRIMARY KEY,
    customer_id uuid NOT NULL,
    purpose varchar NOT NULL,
    channel varchar,
    granted boolean NOT NULL,
    given_at timestamptz NOT NULL,
    expires_at timestamptz,
    source varchar NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT uq_consent_word
        UNIQUE NULLS NOT DISTINCT (customer_id, purpose, channel, given_at, granted, expires_at),
    CONSTRAINT fk_consent_customer_id_customer FOREIGN KEY (customer_id) REFERENCES owned.customer (id)
);
COMMENT ON COLUMN owned.consent.channel IS 'null: all channels';
COMMENT ON COLUMN owned.consent.given_at IS 'business time';
COMMENT ON COLUMN owned.consent.source IS 'where the customer said so';
COMMENT ON COLUMN owned.consent.recorded_at IS 'system time';

-- Email addresses and phone numbers.
CREATE TABLE owned.contact_point (
    customer_id uuid,
    kind varchar,
    value varchar,
    place smallint NOT NULL,
    CONSTRAINT pk_contact_point PRIMARY KEY (customer_id, kind, value),
    CONSTRAINT fk_contact_point_customer_id_customer FOREIGN KEY (customer_id) REFERENCES owned.customer (id)
);
COMMENT ON COLUMN owned.contact_point.kind IS 'email or phone';
COMMENT ON COLUMN owned.contact_point.value IS 'normal form: RFC 5321 address, E.164 number';
COMMENT ON COLUMN owned.contact_point.place IS '0 is the preferred one';

-- Every fact that was recorded.
CREATE TABLE owned.fact (
    id uuid CONSTRAINT pk_fact PRIMARY KEY,
    kind varchar NOT NULL,
    customer_id uuid NOT NULL,
    source_system varchar NOT NULL,
    source_fact_id varchar NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    fingerprint bytea NOT NULL,
    sequence bigint NOT NULL,
    data jsonb NOT NULL,
    lane varchar NOT NULL DEFAULT 'live',
    CONSTRAINT uq_fact_source UNIQUE (source_system, source_fact_id),
    CONSTRAINT fk_fact_customer_id_customer FOREIGN KEY (customer_id) REFERENCES owned.customer (id)
);
-- Read the newest facts of a kind of one customer: lists and the 360 view.
CREATE INDEX ix_fact_customer ON owned.fact (customer_id, kind, occurred_at DESC, id DESC);
-- List the newest facts of a kind over all customers.
CREATE INDEX ix_fact_kind ON owned.fact (kind, id);
COMMENT ON COLUMN owned.fact.id IS 'the id of its event';
COMMENT ON COLUMN owned.fact.occurred_at IS 'business time';
COMMENT ON COLUMN owned.fact.recorded_at IS 'system time';
COMMENT ON COLUMN owned.fact.fingerprint IS 'of the content; tells a repeat from a conflict';
COMMENT ON COLUMN owned.fact.sequence IS 'of its event, per customer and topic';
COMMENT ON COLUMN owned.fact.data IS 'of its event, so that it can be published again';
COMMENT ON COLUMN owned.fact.lane IS 'of its event: says on which topic it is';

-- The state of each contract.
CREATE TABLE owned.contract (
    id uuid CONSTRAINT pk_contract PRIMARY KEY,
    customer_id uuid NOT NULL,
    product_line varchar NOT NULL,
    monthly_amount numeric(18,4) NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    changed_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    CONSTRAINT fk_contract_customer_id_customer FOREIGN KEY (customer_id) REFERENCES owned.customer (id),
    CONSTRAINT fk_contract_id_fact FOREIGN KEY (id) REFERENCES owned.fact (id)
);
-- Read the contracts of one customer.
CREATE INDEX ix_contract_customer_id ON owned.contract (customer_id, id);
COMMENT ON COLUMN owned.contract.id IS 'the fact that started it';
COMMENT ON COLUMN owned.contract.changed_at IS 'business time of the newest change';

-- The ids that source systems use for a customer.
CREATE TABLE owned.customer_external_id (
    source varchar,
    external_id varchar,
    customer_id uuid NOT NULL,
    CONSTRAINT pk_customer_external_id PRIMARY KEY (source, external_id),
    CONSTRAINT fk_customer_external_id_customer_id_customer FOREIGN KEY (customer_id)
        REFERENCES owned.customer (id)
);
-- Read the external ids of a customer.
CREATE INDEX ix_customer_external_id_customer_id ON owned.customer_external_id (customer_id);

-- Each fact of the customer updates the row: the page keeps room.
CREATE TABLE owned.customer_totals (
    customer_id uuid CONSTRAINT pk_customer_totals PRIMARY KEY,
    purchases integer NOT NULL DEFAULT 0,
    purchased numeric(18,4) NOT NULL DEFAULT 0,
    returns integer NOT NULL DEFAULT 0,
    returned numeric(18,4) NOT NULL DEFAULT 0,
    payments integer NOT NULL DEFAULT 0,
    paid numeric(18,4) NOT NULL DEFAULT 0,
    failed_payments integer NOT NULL DEFAULT 0,
    touchpoints integer NOT NULL DEFAULT 0,
    first_purchase_at timestamptz,
    last_purchase_at timestamptz,
    last_touchpoint_at timestamptz,
    CONSTRAINT fk_customer_totals_customer_id_customer FOREIGN KEY (customer_id) REFERENCES owned.customer (id)
) WITH (fillfactor = 70);

-- Identity documents.
CREATE TABLE owned.identity_document (
    customer_id uuid,
    country varchar(2),
    kind varchar,
    number varchar NOT NULL,
    CONSTRAINT pk_identity_document PRIMARY KEY (customer_id, country, kind),
    CONSTRAINT fk_identity_document_customer_id_customer FOREIGN KEY (customer_id)
        REFERENCES owned.customer (id)
);

-- One row per version; none is overwritten.
CREATE TABLE owned.intake_policy (
    version serial CONSTRAINT pk_intake_policy PRIMARY KEY,
    changed_at timestamptz NOT NULL,
    changed_by varchar NOT NULL,
    policy jsonb NOT NULL
);
COMMENT ON COLUMN owned.intake_policy.version IS 'the largest is in force';
COMMENT ON COLUMN owned.intake_policy.changed_at IS 'business time';

-- The purchase that each return belongs to.
CREATE TABLE owned.matched_return (
    return_id uuid CONSTRAINT pk_matched_return PRIMARY KEY,
    purchase_id uuid NOT NULL,
    CONSTRAINT fk_matched_return_purchase_id_fact FOREIGN KEY (purchase_id) REFERENCES owned.fact (id),
    CONSTRAINT fk_matched_return_return_id_fact FOREIGN KEY (return_id) REFERENCES owned.fact (id)
);
-- Read the returns of a purchase.
CREATE INDEX ix_matched_return_purchase_id ON owned.matched_return (purchase_id);
"""

SHIPPED = """
INSERT INTO owned.intake_policy (version, changed_at, changed_by, policy) VALUES (1, now(), 'shipped', '{
    "unknown_customers": "create",
    "future_tolerance_s": 300,
    "oldest_age_days": 3650,
    "phone_regions": ["CO", "ES"],
    "document_formats": ["es.dni", "es.nie", "mx.curp", "it.codicefiscale"]
}');
"""


def upgrade() -> None:
    run_script(op, DERIVED)
    run_script(op, OWNED)
    run_script(op, SHIPPED)
