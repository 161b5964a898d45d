"""Dead letters: records that this service cannot handle, kept with their original bytes and the reason."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from lealtad.db import Connection, Row
from lealtad.events.codec import Record
from lealtad.ids import new_id
from lealtad.journal import Entry, Outcome
from lealtad.kafka.naming import dead_letter_topic
from lealtad.observability.metrics import DEAD_LETTERS
from lealtad.outbox import RawRecord
from lealtad.unit_of_work import UnitOfWork

MAX_REASON = 1000
MAX_PUBLISHED_BYTES = 1_000_000
"""A larger record (it came compressed) is published without its content: the relay could never send it."""

INSERT = text("""
    INSERT INTO dead_letter (id, event_id, topic, partition, "offset", key, headers, value, reason)
    VALUES (:id, :event_id, :topic, :partition, :offset, :key, CAST(:headers AS jsonb), :value, :reason)
    ON CONFLICT (topic, partition, "offset") DO UPDATE
    SET reason = excluded.reason, replay_requested_at = NULL, replayed_at = NULL
""")

REQUESTED = text("""
    SELECT id, topic, partition, "offset", key, headers, value FROM dead_letter
    WHERE replay_requested_at IS NOT NULL AND replayed_at IS NULL
    ORDER BY replay_requested_at LIMIT :limit
""")
CLAIM = text("""
    SELECT id FROM dead_letter WHERE id = :id AND replay_requested_at IS NOT NULL AND replayed_at IS NULL
    FOR UPDATE SKIP LOCKED
""")
# A record that failed again was buried again, which took its request back.
MARK = text("""
    UPDATE dead_letter SET replayed_at = clock_timestamp() WHERE id = :id AND replay_requested_at IS NOT NULL
""")
REQUEST = text("""
    UPDATE dead_letter
    SET replay_requested_at = clock_timestamp(), replayed_at = NULL,
        discarded_at = NULL, discarded_by = NULL, discard_reason = NULL
    WHERE id = :id RETURNING id
""")
# The row stays: the live tables lack the record, so that a rebuild must leave it out, too.
DISCARD = text("""
    WITH discarded AS (
        UPDATE dead_letter
        SET discarded_at = clock_timestamp(), discarded_by = :by, discard_reason = :reason, replay_requested_at = NULL
        WHERE id = :id AND replayed_at IS NULL AND discarded_at IS NULL
        RETURNING event_id
    ), noted AS (
        UPDATE journal SET detail = concat_ws('; ', journal.detail, 'discarded by ' || :by || ': ' || :reason)
        FROM discarded WHERE journal.event_id = discarded.event_id
    )
    SELECT EXISTS (SELECT FROM discarded)
""")
EXISTS = text("SELECT EXISTS (SELECT FROM dead_letter WHERE id = :id)")
SHOWN = """
    SELECT id, event_id, topic, partition, "offset", reason, stored_at, replay_requested_at, replayed_at,
           discarded_at, discarded_by, discard_reason
    FROM dead_letter
"""
READ = text(f"{SHOWN} WHERE id = :id")
PAGE = text(f"""
    {SHOWN}
    WHERE id > coalesce(CAST(:after AS uuid), '00000000-0000-0000-0000-000000000000') ORDER BY id LIMIT :limit
""")

PRUNE = text("""
    DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter WHERE replayed_at < :before LIMIT :limit)
""")


async def bury(uow: UnitOfWork, record: Record, reason: str, entry: Entry | None) -> None:
    """Store `record` as a dead letter and publish it on the dead-letter topic.

    `entry` is its journal row, if it has an id. Headers are kept in base64: a malformed record's need not be text.
    """
    reason = _storable(reason[:MAX_REASON])
    identity = new_id()
    headers = {_storable(name): b64encode(value or b"").decode() for name, value in record.headers}
    await uow.connection.execute(
        INSERT,
        {
            "id": identity,
            "event_id": entry.event_id if entry else None,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": record.key,
            "headers": orjson.dumps(headers).decode(),
            "value": record.value,
            "reason": reason,
        },
    )
    if entry:
        entry.outcome, entry.detail = Outcome.DEAD, reason
        uow.journal.add(entry)
    uow.outbox.add_raw(_published(uow, identity, record, reason))
    DEAD_LETTERS.labels(topic=record.topic).inc()


def _storable(text_: str) -> str:
    """Return a text that may come from a malformed record without NUL, which PostgreSQL stores nowhere."""
    return text_.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _published(uow: UnitOfWork, identity: UUID, record: Record, reason: str) -> RawRecord:
    fits = len(record.key or b"") + len(record.value or b"") <= MAX_PUBLISHED_BYTES
    return RawRecord(
        topic=dead_letter_topic(record.topic, uow.outbox.service),
        key=(record.key or b"") if fits else b"",
        headers={
            "dead_letter_id": str(identity),
            "dead_letter_reason": reason,
            "dead_letter_place": f"{record.topic}/{record.partition}/{record.offset}",
            "original_type": _storable(record.type or "")[:MAX_REASON],
            "content": "complete" if fits else "left out: too large, see the service's database",
        },
        value=(record.value or b"") if fits else b"",
    )


def as_record(row: Any) -> Record:
    """Return the original record of a stored dead letter."""
    headers = tuple((name, b64decode(value)) for name, value in row.headers.items())
    return Record(row.topic, row.partition, row.offset, row.key, headers, row.value)


async def requested(connection: Connection, limit: int) -> list[tuple[UUID, Record]]:
    """Return dead letters whose replay was requested."""
    return [(row.id, as_record(row)) for row in await connection.execute(REQUESTED, {"limit": limit})]


async def claim(connection: Connection, identity: UUID) -> bool:
    """Lock a dead letter for its replay; return False when the request is gone or another worker has it."""
    return await connection.scalar(CLAIM, {"id": identity}) is not None


async def mark_replayed(connection: Connection, identity: UUID) -> None:
    """Store that the dead letter was tried again without a failure."""
    await connection.execute(MARK, {"id": identity})


async def request_replay(connection: Connection, identity: UUID) -> bool:
    """Request the replay of a dead letter; return whether it exists."""
    return await connection.scalar(REQUEST, {"id": identity}) is not None


async def discard(connection: Connection, identity: UUID, by: str, reason: str) -> bool:
    """Close an open dead letter without handling it, and note that in the journal; return whether it was open."""
    return bool(await connection.scalar(DISCARD, {"id": identity, "by": by, "reason": reason}))


async def exists(connection: Connection, identity: UUID) -> bool:
    """Return whether there is a dead letter of this id, open or closed."""
    return bool(await connection.scalar(EXISTS, {"id": identity}))


async def read(connection: Connection, identity: UUID) -> Row | None:
    """Return one dead letter without its content, or None."""
    return (await connection.execute(READ, {"id": identity})).one_or_none()


async def page(connection: Connection, after: UUID | None, limit: int) -> Sequence[Row]:
    """Return dead letters in the order of their ids, without their contents, which may be personal."""
    return await connection.execute(PAGE, {"after": after, "limit": limit})


async def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` dead letters that were replayed before `before` (system time); return their number."""
    return await connection.affected(PRUNE, {"before": before, "limit": limit})
