"""Create the tables of campaigns, and ship the contact policy and the offers."""

import json
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from alembic import op

from lealtad.db.migrations import run_script

revision = "0001"
down_revision = None

DERIVED = """
-- The first activity of each customer.
CREATE TABLE derived.appearance (
    customer_id uuid CONSTRAINT pk_appearance PRIMARY KEY,
    first_activity_at timestamptz NOT NULL
);
COMMENT ON COLUMN derived.appearance.first_activity_at IS 'business time of the earliest fact';

-- Copy of the newest score.
CREATE TABLE derived.churn_score (
    customer_id uuid CONSTRAINT pk_churn_score PRIMARY KEY,
    sequence bigint NOT NULL,
    probability numeric(9,6),
    band varchar,
    value_at_risk numeric(18,4),
    model varchar,
    as_of timestamptz NOT NULL
);
COMMENT ON COLUMN derived.churn_score.model IS 'name and version';

-- Copy of the newest version of each case.
CREATE TABLE derived.complaint_case (
    case_id uuid CONSTRAINT pk_complaint_case PRIMARY KEY,
    version integer NOT NULL,
    customer_id uuid,
    mutes boolean NOT NULL,
    is_open boolean NOT NULL,
    resolved_at timestamptz
);
-- A decision reads all cases of its customers.
CREATE INDEX ix_complaint_case_customer_id ON derived.complaint_case (customer_id);
COMMENT ON COLUMN derived.complaint_case.customer_id IS 'null: not attached yet';

-- Copy of each contract. The newest fact counts, whichever lane brought it: each lane has its own sequences.
CREATE TABLE derived.contract (
    contract_id uuid CONSTRAINT pk_contract PRIMARY KEY,
    customer_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    occurred_at timestamptz NOT NULL,
    event_id uuid NOT NULL
);
-- A decision reads all contracts of its customers.
CREATE INDEX ix_contract_customer_id ON derived.contract (customer_id);
COMMENT ON COLUMN derived.contract.occurred_at IS 'business time of the newest fact';
COMMENT ON COLUMN derived.contract.event_id IS 'of the newest fact; decides between facts of one time';

-- Copy of the shareable state of each customer.
CREATE TABLE derived.customer (
    customer_id uuid CONSTRAINT pk_customer PRIMARY KEY,
    sequence bigint NOT NULL,
    status varchar NOT NULL,
    merged_into uuid,
    do_not_contact boolean NOT NULL,
    language varchar,
    time_zone varchar,
    contact_start varchar,
    contact_end varchar,
    preferred_channels varchar[] NOT NULL,
    consents jsonb NOT NULL,
    registered_at timestamptz NOT NULL,
    profiling_allowed boolean NOT NULL DEFAULT true
);
-- A decision about a customer also reads the records that were merged into that customer.
CREATE INDEX ix_customer_merged_into ON derived.customer (merged_into) WHERE merged_into IS NOT NULL;

-- An id may move: it belongs to several customers until both states have arrived.
CREATE TABLE derived.customer_external_id (
    source varchar,
    external_id varchar,
    customer_id uuid,
    CONSTRAINT pk_customer_external_id PRIMARY KEY (source, external_id, customer_id)
);
-- A new state of a customer replaces the ids of that customer.
CREATE INDEX ix_customer_external_id_customer_id ON derived.customer_external_id (customer_id);

-- Copy of the newest segments and tier.
CREATE TABLE derived.membership (
    customer_id uuid CONSTRAINT pk_membership PRIMARY KEY,
    sequence bigint NOT NULL,
    segments jsonb NOT NULL,
    tier varchar,
    as_of timestamptz NOT NULL,
    behavioural varchar[] NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN derived.membership.segments IS 'key of each segment and the version evaluated';
COMMENT ON COLUMN derived.membership.behavioural IS 'those by behaviour';
"""

OWNED = """
-- The contact ledger.
CREATE TABLE owned.contact (
    contact_id uuid CONSTRAINT pk_contact PRIMARY KEY,
    customer_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    offer_key varchar NOT NULL,
    offer_version integer NOT NULL,
    offer_kind varchar NOT NULL,
    contact_class varchar NOT NULL,
    channel varchar NOT NULL,
    counts boolean NOT NULL,
    status varchar NOT NULL,
    at timestamptz NOT NULL,
    expires_at timestamptz,
    release_reason varchar,
    rule varchar
);
-- Read the ledger of a customer, newest first, inside the widest cap.
CREATE INDEX ix_contact_customer_id_at ON owned.contact (customer_id, at, contact_id);
-- A decision checks the rules again for each slot that its customers hold.
CREATE INDEX ix_contact_customer_id_reserved ON owned.contact (customer_id) WHERE status = 'reserved';
-- Reservations that expire are due work.
CREATE INDEX ix_contact_expires_at ON owned.contact (expires_at) WHERE status = 'reserved';
-- A decision holds at most one slot.
CREATE UNIQUE INDEX uq_contact_decision_id ON owned.contact (decision_id) WHERE status <> 'released';
COMMENT ON COLUMN owned.contact.counts IS 'spends a slot of the caps';
COMMENT ON COLUMN owned.contact.status IS 'reserved, confirmed or released';
COMMENT ON COLUMN owned.contact.at IS 'reserved for, once confirmed: took place at; business time';
COMMENT ON COLUMN owned.contact.rule
    IS 'ended the reservation, or stood when a contact took place that was told afterwards';

-- One row per version; none is overwritten.
CREATE TABLE owned.contact_policy (
    version serial CONSTRAINT pk_contact_policy PRIMARY KEY,
    policy jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by varchar NOT NULL
);
COMMENT ON COLUMN owned.contact_policy.version IS 'the largest is in force';
COMMENT ON COLUMN owned.contact_policy.changed_at IS 'business time';

-- Every decision with its inputs, its ranking and its reasons.
CREATE TABLE owned.decision (
    decision_id uuid CONSTRAINT pk_decision PRIMARY KEY,
    customer_id uuid NOT NULL,
    origin varchar NOT NULL,
    decided_at timestamptz NOT NULL,
    offer_id uuid,
    offer_key varchar,
    offer_version integer,
    offer_kind varchar,
    contact_class varchar,
    channel varchar,
    band varchar,
    reason varchar NOT NULL,
    mute varchar,
    priority numeric(18,4),
    probability double precision,
    contact_at timestamptz,
    valid_until timestamptz,
    policy_version integer NOT NULL,
    held_out boolean NOT NULL,
    seed uuid NOT NULL,
    inputs jsonb NOT NULL,
    ranked jsonb NOT NULL,
    ruled_out jsonb NOT NULL,
    causes uuid[] NOT NULL,
    cause_count integer NOT NULL,
    lane varchar NOT NULL DEFAULT 'live',
    initiated_by varchar NOT NULL DEFAULT 'company'
);
-- Read the decisions of one customer in the order in which they were made: ids grow with time.
CREATE INDEX ix_decision_customer_id_decision_id ON owned.decision (customer_id, decision_id);
COMMENT ON COLUMN owned.decision.origin IS 'standing: followed from events or time; asked: by a channel';
COMMENT ON COLUMN owned.decision.decided_at IS 'business time';
COMMENT ON COLUMN owned.decision.offer_id IS 'null: no action';
COMMENT ON COLUMN owned.decision.band IS 'churn band of the propensity''s cell';
COMMENT ON COLUMN owned.decision.probability IS 'of the action under the exploration in force';
COMMENT ON COLUMN owned.decision.held_out IS 'arm of the universal hold-out';
COMMENT ON COLUMN owned.decision.seed IS 'the decision at which propensities were drawn';
COMMENT ON COLUMN owned.decision.inputs IS 'score, segments and cases with as-of, ages of the inputs';
COMMENT ON COLUMN owned.decision.lane IS 'backfill: only loaded history led to it';
COMMENT ON COLUMN owned.decision.initiated_by IS 'customer: they were there';

-- The announced action of each customer. Events of the customer update the row: the page keeps room.
CREATE TABLE owned.next_best_action (
    customer_id uuid CONSTRAINT pk_next_best_action PRIMARY KEY,
    decision_id uuid,
    offer_id uuid,
    channel varchar,
    mute varchar,
    seed uuid,
    drawn_until timestamptz,
    next_due_at timestamptz,
    rulebook bigint NOT NULL DEFAULT 0,
    awaits_inputs boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70);
-- Due work: customers whose inputs are fresh again.
CREATE INDEX ix_next_best_action_awaits_inputs ON owned.next_best_action (customer_id) WHERE awaits_inputs;
-- Due work: customers whose action changes with time.
CREATE INDEX ix_next_best_action_next_due_at ON owned.next_best_action (next_due_at)
    WHERE next_due_at IS NOT NULL;
-- Due work: customers decided under former rules.
CREATE INDEX ix_next_best_action_rulebook ON owned.next_best_action (rulebook);
COMMENT ON COLUMN owned.next_best_action.decision_id IS 'null: locked before the first decision';
COMMENT ON COLUMN owned.next_best_action.seed IS 'null: propensities are drawn anew at the next decision';
COMMENT ON COLUMN owned.next_best_action.drawn_until IS 'the draw holds so long';
COMMENT ON COLUMN owned.next_best_action.next_due_at IS 'when time alone can change the answer';
COMMENT ON COLUMN owned.next_best_action.rulebook IS 'revision decided under';

-- The offer catalogue as it is in force.
CREATE TABLE owned.offer (
    offer_id uuid CONSTRAINT pk_offer PRIMARY KEY,
    key varchar NOT NULL,
    version integer NOT NULL,
    withdrawn boolean NOT NULL DEFAULT false,
    terms jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by varchar NOT NULL,
    CONSTRAINT uq_offer_key UNIQUE (key)
);
COMMENT ON COLUMN owned.offer.version IS 'the one in force; the ETag';

-- Each acceptance updates a row: the page keeps room.
CREATE TABLE owned.offer_acceptances (
    offer_id uuid CONSTRAINT pk_offer_acceptances PRIMARY KEY,
    accepted integer NOT NULL,
    CONSTRAINT fk_offer_acceptances_offer_id_offer FOREIGN KEY (offer_id) REFERENCES owned.offer (offer_id)
) WITH (fillfactor = 50);
COMMENT ON COLUMN owned.offer_acceptances.accepted IS 'over all customers, for the total limit';

-- One row per version of an offer; none is overwritten.
CREATE TABLE owned.offer_version (
    offer_id uuid,
    version integer,
    withdrawn boolean NOT NULL,
    terms jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by varchar NOT NULL,
    CONSTRAINT pk_offer_version PRIMARY KEY (offer_id, version),
    CONSTRAINT fk_offer_version_offer_id_offer FOREIGN KEY (offer_id) REFERENCES owned.offer (offer_id)
);

-- The lessons of responses. Few rows, each updated by every final response: the page keeps room.
CREATE TABLE owned.propensity (
    offer_id uuid,
    channel varchar,
    band varchar,
    accepted integer NOT NULL,
    rejected integer NOT NULL,
    CONSTRAINT pk_propensity PRIMARY KEY (offer_id, channel, band)
) WITH (fillfactor = 50);
COMMENT ON COLUMN owned.propensity.band IS 'churn band, or none';

-- Responses to offers.
CREATE TABLE owned.response (
    decision_id uuid,
    response varchar,
    response_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    offer_kind varchar NOT NULL,
    promotional boolean NOT NULL,
    channel varchar NOT NULL,
    reason varchar,
    occurred_at timestamptz NOT NULL,
    open_until timestamptz,
    reported boolean NOT NULL DEFAULT false,
    rule varchar,
    CONSTRAINT pk_response PRIMARY KEY (decision_id, response)
);
-- A decision reads the recent responses of its customers.
CREATE INDEX ix_response_customer_id_occurred_at ON owned.response (customer_id, occurred_at);
-- Due work: offers that were never answered.
CREATE INDEX ix_response_open_until ON owned.response (open_until) WHERE open_until IS NOT NULL;
COMMENT ON COLUMN owned.response.response IS 'presented, accepted or rejected, each once';
COMMENT ON COLUMN owned.response.response_id IS 'id of its event';
COMMENT ON COLUMN owned.response.occurred_at IS 'business time';
COMMENT ON COLUMN owned.response.open_until IS 'of a presented offer that awaits its answer: business time';
COMMENT ON COLUMN owned.response.reported IS 'told afterwards, nothing asked';
COMMENT ON COLUMN owned.response.rule IS 'that forbade the reported contact when it took place';

-- One row: the version of all rules, and the salt of the hold-out.
CREATE TABLE owned.rulebook (
    "only" boolean CONSTRAINT pk_rulebook PRIMARY KEY DEFAULT true,
    revision bigint NOT NULL,
    hold_out_salt varchar NOT NULL
);
COMMENT ON COLUMN owned.rulebook.revision IS 'grows with every change of an offer or the policy';
COMMENT ON COLUMN owned.rulebook.hold_out_salt IS 'never changes, so that the hold-out lasts';
"""

SHIPPED = Path(__file__).with_suffix("")
POLICY = sa.text("""
    INSERT INTO owned.contact_policy (version, policy, changed_at, changed_by)
    VALUES (1, CAST(:policy AS jsonb), now(), 'shipped')
""")
RULEBOOK = "INSERT INTO owned.rulebook (revision, hold_out_salt) VALUES (1, CAST(gen_random_uuid() AS text))"
OFFER = sa.text("""
    INSERT INTO owned.offer (offer_id, key, version, terms, changed_at, changed_by)
    VALUES (:id, :key, 1, CAST(:terms AS jsonb), now(), 'shipped')
""")
OFFER_VERSION = sa.text("""
    INSERT INTO owned.offer_version (offer_id, version, withdrawn, terms, changed_at, changed_by)
    VALUES (:id, 1, false, CAST(:terms AS jsonb), now(), 'shipped')
""")


def upgrade() -> None:
    run_script(op, DERIVED)
    run_script(op, OWNED)
    ship_policy()
    ship_offers()


def ship_policy() -> None:
    """Put the shipped policy in force, and draw the salt of the hold-out once and for all."""
    op.get_bind().execute(POLICY, {"policy": (SHIPPED / "contact_policy.json").read_text()})
    op.execute(RULEBOOK)


def ship_offers() -> None:
    """Put the shipped offers on offer."""
    for terms in json.loads((SHIPPED / "offers.json").read_text()):
        key = terms.pop("key")
        offer = {"id": uuid5(NAMESPACE_URL, f"lealtad:offer:{key}"), "terms": json.dumps(terms)}
        op.get_bind().execute(OFFER, {**offer, "key": key})
        op.get_bind().execute(OFFER_VERSION, offer)
