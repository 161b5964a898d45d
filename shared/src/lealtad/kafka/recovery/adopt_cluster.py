"""SQL of adopt-restore: store the events of the service's own topics that the database lacks."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import orjson
from sqlalchemy import text

from lealtad.db import Connection
from lealtad.events.attributes import SEQUENCE_DIGITS, texts_of
from lealtad.kafka.offsets import TopicPartition
from lealtad.kafka.recovery.outbox_reconciliation import Published

Sequences = Mapping[tuple[str, UUID], int]
"""The largest sequence by topic and key."""

# An event that the database did not know keeps the time at which it was emitted.
KEEP = text("""
    INSERT INTO emitted_event (topic, key, headers, value, is_fact, stored_at)
    SELECT topic, key, CAST(headers AS jsonb), value, is_fact, stored_at
    FROM unnest(
        CAST(:topics AS text[]), CAST(:keys AS bytea[]), CAST(:headers AS text[]), CAST(:values AS bytea[]),
        CAST(:are_facts AS boolean[]), CAST(:times AS timestamptz[])
    ) WITH ORDINALITY AS published (topic, key, headers, value, is_fact, stored_at, place)
    ORDER BY place
""")
RAISE = text("""
    INSERT INTO sequence_counter AS counter (topic, key, last)
    SELECT topic, key, last
    FROM unnest(CAST(:topics AS text[]), CAST(:keys AS uuid[]), CAST(:last AS bigint[])) AS published (topic, key, last)
    ORDER BY topic, key
    ON CONFLICT (topic, key) DO UPDATE SET last = greatest(counter.last, excluded.last)
""")
# A published event is not sent again: on a compacted topic an older state would replace a newer one.
FORGET_SENT = text("""
    DELETE FROM outbox USING emitted_event
    WHERE emitted_event.seq = outbox.event AND emitted_event.headers->>'ce_id' = ANY(CAST(:ids AS text[]))
""")
# Where a waiting row has a published sequence, all waiting rows of its key get sequences after the published ones.
RENUMBER = text(f"""
    WITH published AS (
        SELECT topic, key, last
        FROM unnest(CAST(:topics AS text[]), CAST(:keys AS uuid[]), CAST(:last AS bigint[])) AS seen (topic, key, last)
    ), waiting AS (
        SELECT event.seq, event.topic, counter.key, counter.last,
               row_number() OVER (PARTITION BY event.topic, event.key ORDER BY outbox.seq) AS number,
               min(CAST(event.headers->>'ce_sequence' AS bigint)) OVER (PARTITION BY event.topic, event.key) AS lowest,
               published.last AS taken
        FROM published
        JOIN sequence_counter AS counter ON counter.topic = published.topic AND counter.key = published.key
        JOIN emitted_event AS event
            ON event.topic = published.topic AND event.key = convert_to(CAST(published.key AS text), 'UTF8')
        JOIN outbox ON outbox.event = event.seq
    ), renumbered AS (
        UPDATE emitted_event SET headers = jsonb_set(
            headers, '{{ce_sequence}}', to_jsonb(lpad(CAST(waiting.last + number AS text), {SEQUENCE_DIGITS}, '0')))
        FROM waiting WHERE emitted_event.seq = waiting.seq AND lowest <= taken
        RETURNING waiting.topic, waiting.key
    ), counted AS (
        SELECT topic, key, count(*) AS number FROM renumbered GROUP BY topic, key
    ), raised AS (
        UPDATE sequence_counter AS counter SET last = counter.last + counted.number
        FROM counted WHERE counter.topic = counted.topic AND counter.key = counted.key
    )
    SELECT coalesce(sum(number), 0) FROM counted
""")
PUT_BACK = text("""
    UPDATE consumer_position AS position SET next = first
    FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:first AS bigint[]))
        AS anew (topic, partition, first)
    WHERE position.consumer_group = :group AND position.topic = anew.topic AND position.partition = anew.partition
""")


async def keep(connection: Connection, published: Sequence[Published]) -> None:
    """Store published events as emitted ones, with their bytes."""
    values = {
        "topics": [record.topic for record, _ in published],
        "keys": [record.key for record, _ in published],
        "headers": [orjson.dumps(texts_of(record.headers)).decode() for record, _ in published],
        "values": [record.value for record, _ in published],
        "are_facts": [event.depth == 0 for _, event in published],
        "times": [event.time for _, event in published],
    }
    await connection.execute(KEEP, values)


async def raise_counters(connection: Connection, published: Sequences) -> None:
    """Raise the counter of each key above its published sequences."""
    await connection.execute(RAISE, _columns(published))


async def forget_sent(connection: Connection, published: Iterable[Published]) -> int:
    """Delete published events from the outbox; return their number."""
    return await connection.affected(FORGET_SENT, {"ids": [str(event.id) for _, event in published]})


async def renumber_waiting(connection: Connection, published: Sequences) -> int:
    """Give unsent events sequences after the published ones; return their number."""
    return int(await connection.scalar(RENUMBER, _columns(published)) or 0)


async def put_back(connection: Connection, group: str, first: Mapping[TopicPartition, int]) -> None:
    """Set positions to the beginnings of topics that were made anew."""
    values = {
        "group": group,
        "topics": [place.topic for place in first],
        "partitions": [place.partition for place in first],
        "first": list(first.values()),
    }
    await connection.execute(PUT_BACK, values)


def _columns(published: Sequences) -> dict[str, object]:
    return {
        "topics": [topic for topic, _ in published],
        "keys": [key for _, key in published],
        "last": list(published.values()),
    }
