"""The platform's own tables, the same in every service's database, in the schema `platform`."""

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    UUID,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from lealtad.db.engine import metadata

PLATFORM = metadata()
# Rows come and go by the thousand: autovacuum counts dead rows, not their share of the table.
HOT = {"autovacuum_vacuum_scale_factor": "0", "autovacuum_vacuum_threshold": "1000"}
# Rows arrive all the time, and an hourly job deletes ten thousands of them. A share of a table of millions would be
# reached days later. Vacuum also sums up the new ranges of a BRIN index; each pruning would read them otherwise.
PRUNED = {
    "autovacuum_vacuum_scale_factor": "0",
    "autovacuum_vacuum_threshold": "20000",
    "autovacuum_vacuum_insert_scale_factor": "0",
    "autovacuum_vacuum_insert_threshold": "100000",
}


def _stored_at() -> Column[datetime]:
    return Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())


emitted_event = Table(
    "emitted_event",
    PLATFORM,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", String, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("is_fact", Boolean, nullable=False, comment="caused by no other event: kept for good"),
    _stored_at(),
    # Prune derived events by age, whatever facts lie between; republish both kinds from a time on.
    Index("ix_emitted_event_stored_at", "is_fact", "stored_at", "seq"),
    schema="platform",
    postgresql_with=PRUNED,
)

outbox = Table(
    "outbox",
    PLATFORM,
    # First in the key: the relay reads live rows before those of a backfill, however many wait.
    Column(
        "lane",
        SmallInteger,
        primary_key=True,
        server_default=text("0"),
        comment="1: of a backfill's own topic, goes after the others",
    ),
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("event", BigInteger, nullable=False, comment="its emitted_event: to be sent, or sent again"),
    _stored_at(),
    schema="platform",
    postgresql_with=HOT,
)

relayed_end = Table(
    "relayed_end",
    PLATFORM,
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next", BigInteger, nullable=False, comment="own topics: the offset after the last record sent"),
    Column("cluster_id", String, nullable=False),
    schema="platform",
    # Each relay turn updates a row in place: the page keeps room.
    postgresql_with={"fillfactor": "50"},
)

hold = Table(
    "hold",
    PLATFORM,
    Column("id", SmallInteger, primary_key=True, comment="1: there is one hold or none"),
    Column("reason", Text, nullable=False, comment="why the workers stand still, and what to do"),
    _stored_at(),
    schema="platform",
)

sequence_counter = Table(
    "sequence_counter",
    PLATFORM,
    Column("topic", String, primary_key=True),
    Column("key", UUID, primary_key=True),
    Column("last", BigInteger, nullable=False),
    schema="platform",
    # Each event of an active customer updates a row in place: the page keeps room.
    postgresql_with={"fillfactor": "70"},
)

journal = Table(
    "journal",
    PLATFORM,
    Column("event_id", UUID, primary_key=True),
    Column("kind", String, nullable=False),
    Column("type", String, nullable=False),
    Column("key", UUID, nullable=True),
    Column("parent_id", UUID, nullable=True),
    Column("topic", String, nullable=True),
    Column("partition", Integer, nullable=True),
    Column("offset", BigInteger, nullable=True),
    Column("lane", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("detail", Text, nullable=True),
    Column("coalesced_into", UUID, nullable=True),
    Column("emitted", ARRAY(UUID), nullable=False, server_default=text("'{}'")),
    Column("business_at", DateTime(timezone=True), nullable=False),
    _stored_at(),
    # Prune by age in whole block ranges: rows lie in the order of their arrival.
    Index("ix_journal_stored_at", "stored_at", postgresql_using="brin"),
    schema="platform",
    postgresql_with=PRUNED,
)

consumer_position = Table(
    "consumer_position",
    PLATFORM,
    Column("consumer_group", String, primary_key=True),
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next", BigInteger, nullable=False),
    Column("cluster_id", String, nullable=False),
    Column("confirmed_at", DateTime(timezone=True), nullable=True),
    schema="platform",
    postgresql_with={"fillfactor": "50"},
)

pending_reaction = Table(
    "pending_reaction",
    PLATFORM,
    Column("partition", Integer, primary_key=True),
    Column("key", UUID, primary_key=True),
    Column("not_before", DateTime(timezone=True), nullable=True, comment="null: waits for the end of a backfill"),
    Column("causes", JSONB, nullable=False),
    Index("ix_pending_reaction_not_before", "partition", "not_before"),
    schema="platform",
    postgresql_with=HOT,
)

dead_letter = Table(
    "dead_letter",
    PLATFORM,
    Column("id", UUID, primary_key=True),
    Column("event_id", UUID, nullable=True),
    Column("topic", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("key", LargeBinary, nullable=True),
    Column("headers", JSONB, nullable=False),
    Column("value", LargeBinary, nullable=True),
    Column("reason", Text, nullable=False),
    _stored_at(),
    Column("replay_requested_at", DateTime(timezone=True), nullable=True),
    Column("replayed_at", DateTime(timezone=True), nullable=True),
    Column("discarded_at", DateTime(timezone=True), nullable=True),
    Column("discarded_by", String, nullable=True),
    Column("discard_reason", Text, nullable=True),
    Index("uq_dead_letter_place", "topic", "partition", "offset", unique=True),
    Index(
        "ix_dead_letter_replay",
        "replay_requested_at",
        postgresql_where=text("replay_requested_at IS NOT NULL AND replayed_at IS NULL"),
    ),
    schema="platform",
)

idempotency_key = Table(
    "idempotency_key",
    PLATFORM,
    Column("scope", LargeBinary, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=True),
    Column("headers", JSONB, nullable=True),
    Column("body", LargeBinary, nullable=True),
    _stored_at(),
    Index("ix_idempotency_key_stored_at", "stored_at", postgresql_using="brin"),
    schema="platform",
    postgresql_with=PRUNED,
)
