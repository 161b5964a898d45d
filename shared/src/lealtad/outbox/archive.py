"""Emitted events, kept for republishing: facts for good, derived events for some days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from lealtad.db import Connection
from lealtad.events.topics import TOPICS, Kind
from lealtad.outbox.writer import LANE

STATE_TOPICS = [topic.name for topic in TOPICS if topic.kind is Kind.STATE]

# Read facts and derived events by one index range each, and merge them.
NEXT = text("""
    SELECT stored_at, seq FROM (
        (SELECT stored_at, seq, topic FROM emitted_event
         WHERE is_fact AND (stored_at, seq) > (:stored_at, :seq) AND stored_at < :until
         ORDER BY stored_at, seq LIMIT :limit)
        UNION ALL
        (SELECT stored_at, seq, topic FROM emitted_event
         WHERE NOT is_fact AND (stored_at, seq) > (:stored_at, :seq) AND stored_at < :until
         ORDER BY stored_at, seq LIMIT :limit)
    ) AS kept
    ORDER BY stored_at, seq LIMIT :limit
""")
# A compacted topic keeps the last record of a key, and must not keep an older state. So only the newest state goes out
# again, while the lock on its counter delays the next state. A row that adopt-restore read from a topic may be none.
QUEUE = text(f"""
    WITH wanted AS (
        SELECT seq, topic, key, headers FROM emitted_event
        WHERE seq = ANY(CAST(:seqs AS bigint[])) AND topic = ANY(CAST(:topics AS text[]))
    ), state AS MATERIALIZED (
        SELECT seq, topic, CAST(encode(key, 'escape') AS uuid) AS key,
               CAST(headers->>'ce_sequence' AS bigint) AS sequence
        FROM wanted WHERE topic = ANY(CAST(:state_topics AS text[]))
            AND pg_input_is_valid(encode(key, 'escape'), 'uuid')
            AND pg_input_is_valid(headers->>'ce_sequence', 'bigint')
    ), newest AS (
        SELECT state.seq FROM sequence_counter AS counter
        JOIN state ON state.topic = counter.topic AND state.key = counter.key AND state.sequence = counter.last
        ORDER BY counter.topic, counter.key FOR SHARE OF counter
    )
    INSERT INTO outbox (lane, event)
    SELECT {LANE}, seq FROM (
        SELECT seq, topic FROM wanted WHERE topic <> ALL(CAST(:state_topics AS text[]))
        UNION ALL SELECT seq, topic FROM newest JOIN wanted USING (seq)
    ) AS again
    ORDER BY seq
""")
WAITING = text("SELECT count(*) FROM (SELECT FROM outbox LIMIT :limit) AS waiting")
PRUNE = text("""
    DELETE FROM emitted_event WHERE seq IN (
        SELECT seq FROM emitted_event
        WHERE NOT is_fact AND stored_at < :before AND seq NOT IN (SELECT event FROM outbox)
        ORDER BY stored_at LIMIT :limit)
""")


@dataclass(frozen=True, slots=True)
class Reached:
    """Progress of a republish: the last event that it has read."""

    stored_at: datetime
    seq: int = 0


async def following(connection: Connection, after: Reached, until: datetime, limit: int) -> Sequence[Reached]:
    """Return the positions of at most `limit` events stored after `after` and before `until`, oldest first."""
    values = {"stored_at": after.stored_at, "seq": after.seq, "until": until, "limit": limit}
    return [Reached(row.stored_at, row.seq) for row in await connection.execute(NEXT, values)]


async def queue_again(connection: Connection, seqs: Sequence[int]) -> int:
    """Insert events into the outbox again, unchanged; return their number.

    Of the states of a key, insert only the newest. Dead letters are no events: they are not inserted.
    """
    values = {"seqs": list(seqs), "topics": [topic.name for topic in TOPICS], "state_topics": STATE_TOPICS}
    return await connection.affected(QUEUE, values)


async def count_waiting(connection: Connection, limit: int) -> int:
    """Return how many rows wait for the relay, counting to `limit` at most."""
    return int(await connection.scalar(WAITING, {"limit": limit}) or 0)


async def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` derived events older than `before` (system time); return their number."""
    return await connection.affected(PRUNE, {"before": before, "limit": limit})
