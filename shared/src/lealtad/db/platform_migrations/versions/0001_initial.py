"""Create the platform's tables."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0001"
down_revision = None

TABLES = """
-- The next offset of each partition that a consumer group reads. Each batch updates a row: the page keeps room.
CREATE TABLE platform.consumer_position (
    consumer_group varchar,
    topic varchar,
    partition integer,
    next bigint NOT NULL,
    cluster_id varchar NOT NULL,
    confirmed_at timestamptz,
    CONSTRAINT pk_consumer_position PRIMARY KEY (consumer_group, topic, partition)
) WITH (fillfactor = 50);

-- Records that could not be handled.
CREATE TABLE platform.dead_letter (
    id uuid CONSTRAINT pk_dead_letter PRIMARY KEY,
    event_id uuid,
    topic varchar NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key bytea,
    headers jsonb NOT NULL,
    value bytea,
    reason text NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    replay_requested_at timestamptz,
    replayed_at timestamptz
);
-- Find requested replays.
CREATE INDEX ix_dead_letter_replay ON platform.dead_letter (replay_requested_at)
    WHERE replay_requested_at IS NOT NULL AND replayed_at IS NULL;
-- Keep one dead letter per record.
CREATE UNIQUE INDEX uq_dead_letter_place ON platform.dead_letter (topic, partition, "offset");

-- Every event that the service emitted. Rows arrive all the time, and an hourly job deletes ten thousands of them.
-- Autovacuum counts rows: a share of a table of millions would come days later. Vacuum also sums up new BRIN ranges.
CREATE TABLE platform.emitted_event (
    seq bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_emitted_event PRIMARY KEY,
    topic varchar NOT NULL,
    key bytea NOT NULL,
    headers jsonb NOT NULL,
    value bytea NOT NULL,
    is_fact boolean NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 100000
);
-- Prune derived events by age, whatever facts lie between; republish both kinds from a time on.
CREATE INDEX ix_emitted_event_stored_at ON platform.emitted_event (is_fact, stored_at, seq);
COMMENT ON COLUMN platform.emitted_event.is_fact IS 'caused by no other event: kept for good';

-- At most one row: the reason why the workers stand still.
CREATE TABLE platform.hold (
    id smallserial CONSTRAINT pk_hold PRIMARY KEY,
    reason text NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN platform.hold.id IS '1: there is one hold or none';
COMMENT ON COLUMN platform.hold.reason IS 'why the workers stand still, and what to do';

-- Answers to keyed requests. Autovacuum as for `emitted_event`.
CREATE TABLE platform.idempotency_key (
    scope bytea CONSTRAINT pk_idempotency_key PRIMARY KEY,
    body_hash bytea NOT NULL,
    status smallint,
    headers jsonb,
    body bytea,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 100000
);
-- Prune by age in whole block ranges; rows lie in the order of their arrival.
CREATE INDEX ix_idempotency_key_stored_at ON platform.idempotency_key USING brin (stored_at);

-- The effect of each event, read and emitted. Autovacuum as for `emitted_event`.
CREATE TABLE platform.journal (
    event_id uuid CONSTRAINT pk_journal PRIMARY KEY,
    kind varchar NOT NULL,
    type varchar NOT NULL,
    key uuid,
    parent_id uuid,
    topic varchar,
    partition integer,
    "offset" bigint,
    lane varchar NOT NULL,
    outcome varchar NOT NULL,
    detail text,
    coalesced_into uuid,
    emitted uuid[] NOT NULL DEFAULT '{}',
    business_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 100000
);
-- Prune by age in whole block ranges; rows lie in the order of their arrival.
CREATE INDEX ix_journal_stored_at ON platform.journal USING brin (stored_at);

-- References to events that the relay must send. Rows come and go by the thousand: autovacuum counts dead rows.
-- The lane comes first in the key: the relay reads live rows before those of a backfill.
CREATE TABLE platform.outbox (
    lane smallint DEFAULT 0,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    event bigint NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_outbox PRIMARY KEY (lane, seq)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON COLUMN platform.outbox.lane IS '1: of a backfill''s own topic, goes after the others';
COMMENT ON COLUMN platform.outbox.event IS 'its emitted_event: to be sent, or sent again';

-- Customers whose evaluation waits. Autovacuum as for `outbox`.
CREATE TABLE platform.pending_reaction (
    partition integer,
    key uuid,
    not_before timestamptz,
    causes jsonb NOT NULL,
    CONSTRAINT pk_pending_reaction PRIMARY KEY (partition, key)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- Find the due reactions of a partition.
CREATE INDEX ix_pending_reaction_not_before ON platform.pending_reaction (partition, not_before);
COMMENT ON COLUMN platform.pending_reaction.not_before IS 'null: waits for the end of a backfill';

-- The end of each own partition after the last send. Each relay turn updates a row: the page keeps room.
CREATE TABLE platform.relayed_end (
    topic varchar,
    partition integer,
    next bigint NOT NULL,
    cluster_id varchar NOT NULL,
    CONSTRAINT pk_relayed_end PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
COMMENT ON COLUMN platform.relayed_end.next IS 'own topics: the offset after the last record sent';

-- The last sequence per topic and key. Each event of an active customer updates a row: the page keeps room.
CREATE TABLE platform.sequence_counter (
    topic varchar,
    key uuid,
    last bigint NOT NULL,
    CONSTRAINT pk_sequence_counter PRIMARY KEY (topic, key)
) WITH (fillfactor = 70);
"""


def upgrade() -> None:
    run_script(op, TABLES)
