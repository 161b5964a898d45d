"""Create the tables of complaints, and ship the service policy and the taxonomy of causes."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0001"
down_revision = None

DERIVED = """
-- Copy of the shareable state of each customer.
CREATE TABLE derived.customer (
    customer_id uuid CONSTRAINT pk_customer PRIMARY KEY,
    sequence bigint NOT NULL,
    status varchar NOT NULL,
    merged_into uuid
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

-- Answers to recovery offers.
CREATE TABLE derived.gesture (
    event_id uuid CONSTRAINT pk_gesture PRIMARY KEY,
    customer_id uuid NOT NULL,
    response varchar NOT NULL,
    offer_key varchar NOT NULL,
    offer_version integer NOT NULL,
    decision_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL
);
-- Find the gestures of these customers that no case history notes yet.
CREATE INDEX ix_gesture_customer_id ON derived.gesture (customer_id);
COMMENT ON COLUMN derived.gesture.response IS 'presented, accepted or rejected';
COMMENT ON COLUMN derived.gesture.occurred_at IS 'business time';

-- Copy of the newest service tier.
CREATE TABLE derived.service_tier (
    customer_id uuid CONSTRAINT pk_service_tier PRIMARY KEY,
    sequence bigint NOT NULL,
    tier varchar,
    as_of timestamptz NOT NULL
);
COMMENT ON COLUMN derived.service_tier.as_of IS 'business time';
"""

OWNED = """
-- The current state of each case: intake, then the fold of its history.
-- A case changes a handful of times: the page keeps room.
CREATE TABLE owned.service_case (
    id uuid CONSTRAINT pk_service_case PRIMARY KEY,
    source_system varchar,
    source_fact_id varchar,
    fingerprint bytea,
    receipt jsonb,
    kind varchar NOT NULL,
    severity varchar NOT NULL,
    channel varchar NOT NULL,
    cause varchar,
    product_line varchar,
    about_system varchar,
    about_fact_id varchar,
    named_customer_id uuid,
    named_source varchar,
    named_external_id varchar,
    mutes boolean NOT NULL,
    opened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL,
    status varchar NOT NULL,
    clock_started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    tier varchar,
    customer_id uuid,
    assignee varchar,
    queue varchar,
    acknowledged_at timestamptz,
    breached_at timestamptz,
    resolved_at timestamptz,
    close_at timestamptz,
    closed_at timestamptz,
    reopened_count integer NOT NULL,
    next_due_at timestamptz
) WITH (fillfactor = 80);
-- List the cases of one customer, most urgent first.
CREATE INDEX ix_service_case_customer_id_due_at_id ON owned.service_case (customer_id, due_at, id);
-- List all cases, most urgent first.
CREATE INDEX ix_service_case_due_at_id ON owned.service_case (due_at, id);
-- A customer becomes known: find the cases that wait for that id.
CREATE INDEX ix_service_case_named_customer_id ON owned.service_case (named_customer_id)
    WHERE customer_id IS NULL;
-- A customer becomes known: find the cases that wait for that external id.
CREATE INDEX ix_service_case_named_external_id ON owned.service_case (named_source, named_external_id)
    WHERE customer_id IS NULL;
-- Due work. Most cases are closed and not in this index.
CREATE INDEX ix_service_case_next_due_at ON owned.service_case (next_due_at) WHERE next_due_at IS NOT NULL;
-- The work list, most urgent first. Most cases are closed and not in this index.
CREATE INDEX ix_service_case_open_due_at_id ON owned.service_case (due_at, id)
    WHERE status NOT IN ('resolved', 'closed');
-- List the cases of one status, most urgent first.
CREATE INDEX ix_service_case_status_due_at_id ON owned.service_case (status, due_at, id);
-- The same fact of a source makes one case.
CREATE UNIQUE INDEX uq_service_case_source ON owned.service_case (source_system, source_fact_id);
COMMENT ON COLUMN owned.service_case.fingerprint IS 'digest of what the source said';
COMMENT ON COLUMN owned.service_case.receipt IS 'the first answer, given again when the fact is repeated';
COMMENT ON COLUMN owned.service_case.about_system IS 'the fact that the case is about';
COMMENT ON COLUMN owned.service_case.named_customer_id IS 'how the customer was named at intake';
COMMENT ON COLUMN owned.service_case.opened_at IS 'business time';
COMMENT ON COLUMN owned.service_case.version IS 'number of the last history entry; the ETag';
COMMENT ON COLUMN owned.service_case.tier IS 'service tier that the due time was computed with';
COMMENT ON COLUMN owned.service_case.close_at IS 'when a resolved case closes by itself';
COMMENT ON COLUMN owned.service_case.next_due_at IS 'when time alone changes the case next';

-- The history of a case only grows; a trigger refuses every other change.
CREATE TABLE owned.case_history (
    case_id uuid,
    number integer,
    action varchar NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor varchar NOT NULL,
    status varchar NOT NULL,
    customer_id uuid,
    tier varchar,
    due_at timestamptz,
    close_at timestamptz,
    assignee varchar,
    queue varchar,
    text_id uuid,
    gesture_id uuid,
    event_id uuid,
    CONSTRAINT pk_case_history PRIMARY KEY (case_id, number),
    CONSTRAINT fk_case_history_case_id_service_case FOREIGN KEY (case_id) REFERENCES owned.service_case (id)
);
-- A gesture is noted once.
CREATE UNIQUE INDEX uq_case_history_gesture_id ON owned.case_history (gesture_id) WHERE gesture_id IS NOT NULL;
COMMENT ON COLUMN owned.case_history.at IS 'business time';
COMMENT ON COLUMN owned.case_history.actor IS 'technical name of who did it';
COMMENT ON COLUMN owned.case_history.status IS 'after the entry';
COMMENT ON COLUMN owned.case_history.gesture_id IS 'event of the gesture that is noted';
COMMENT ON COLUMN owned.case_history.event_id IS 'event that announced the entry';

-- Texts that people wrote, apart from the history: an erasure takes them and leaves the history.
CREATE TABLE owned.case_text (
    id uuid CONSTRAINT pk_case_text PRIMARY KEY,
    case_id uuid NOT NULL,
    text text NOT NULL,
    CONSTRAINT fk_case_text_case_id_service_case FOREIGN KEY (case_id) REFERENCES owned.service_case (id)
);
-- An erasure takes the texts of a case.
CREATE INDEX ix_case_text_case_id ON owned.case_text (case_id);
COMMENT ON COLUMN owned.case_text.text IS 'personal data; leaves this table in no event and no log';

-- The taxonomy that cases are classified by.
CREATE TABLE owned.cause (
    code varchar CONSTRAINT pk_cause PRIMARY KEY,
    version integer NOT NULL,
    names jsonb NOT NULL,
    retired boolean NOT NULL
);
COMMENT ON COLUMN owned.cause.names IS 'name by language, ISO 639-1';
COMMENT ON COLUMN owned.cause.retired IS 'kept for old cases, refused for new ones';

-- One row per version; none is overwritten.
CREATE TABLE owned.service_policy (
    version serial CONSTRAINT pk_service_policy PRIMARY KEY,
    policy jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by varchar NOT NULL
);
COMMENT ON COLUMN owned.service_policy.version IS 'the largest is in force';
COMMENT ON COLUMN owned.service_policy.changed_at IS 'business time';
"""

ONLY_GROWS = """
CREATE FUNCTION owned.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of a case only grows: % is refused', TG_OP;
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON owned.case_history
    FOR EACH STATEMENT EXECUTE FUNCTION owned.refuse_change();
"""

SHIPPED = """
INSERT INTO owned.cause (code, version, names, retired) VALUES
    ('damaged', 1, '{"en": "Arrived damaged", "es": "Llegó dañado"}', false),
    ('defective', 1, '{"en": "Defective product", "es": "Producto defectuoso"}', false),
    ('wrong-item', 1, '{"en": "Wrong item", "es": "Artículo equivocado"}', false),
    ('late-delivery', 1, '{"en": "Late delivery", "es": "Entrega tardía"}', false),
    ('not-delivered', 1, '{"en": "Not delivered", "es": "No entregado"}', false),
    ('billing-error', 1, '{"en": "Billing error", "es": "Error de facturación"}', false),
    ('treatment', 1, '{"en": "Treatment by staff", "es": "Trato recibido"}', false),
    ('information', 1, '{"en": "Insufficient information", "es": "Información insuficiente"}', false),
    ('not-as-expected', 1, '{"en": "Not as expected", "es": "No era lo esperado"}', false),
    ('other', 1, '{"en": "Other cause", "es": "Otra causa"}', false);

INSERT INTO owned.service_policy (version, changed_at, changed_by, policy)
VALUES (1, '2000-01-01T00:00:00Z', 'shipped', '{
    "hours": {
        "petition": {"low": 80, "medium": 40, "high": 24, "critical": 8},
        "complaint": {"low": 40, "medium": 24, "high": 8, "critical": 4},
        "claim": {"low": 40, "medium": 24, "high": 8, "critical": 4},
        "suggestion": {"low": 120, "medium": 80, "high": 40, "critical": 24},
        "warranty": {"low": 80, "medium": 40, "high": 16, "critical": 8},
        "return": {"low": 40, "medium": 24, "high": 16, "critical": 8}
    },
    "tier_factors": {"premium": "0.5", "preferred": "0.75"},
    "opening_hours": {
        "zone": "UTC",
        "opens": "08:00:00",
        "closes": "18:00:00",
        "weekdays": [0, 1, 2, 3, 4],
        "holidays": []
    },
    "close_after_days": 14,
    "acknowledge_at_intake": true,
    "muting_kinds": ["claim", "complaint", "warranty"],
    "future_tolerance_s": 300,
    "oldest_days": 365
}');
"""


def upgrade() -> None:
    run_script(op, DERIVED)
    run_script(op, OWNED)
    run_script(op, ONLY_GROWS)
    run_script(op, SHIPPED)
