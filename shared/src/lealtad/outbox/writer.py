"""Writing events into the outbox within a business transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from lealtad.events.codec import encode_data, encode_headers
from lealtad.events.envelope import EventRef
from lealtad.events.model import EventData

# Counters are locked in one order everywhere; the lock makes the order of sequences the order of outbox rows.
DRAW_SEQUENCES = text("""
    INSERT INTO sequence_counter AS counter (topic, key, last)
    SELECT topic, key, number
    FROM unnest(CAST(:topics AS text[]), CAST(:keys AS uuid[]), CAST(:numbers AS bigint[]))
        AS drawn (topic, key, number)
    ORDER BY topic, key
    ON CONFLICT (topic, key) DO UPDATE SET last = counter.last + excluded.last
    RETURNING topic, key, last
""")

LANE = "CASE WHEN topic LIKE '%-backfill' THEN 1 ELSE 0 END"
"""Only topics of a backfill's own are slow: what shares its keys with live events keeps its place among them."""

# What was emitted is kept, to be sent again when Kafka lost it; the queue holds references to it.
INSERT_ROWS = text(f"""
    WITH emitted AS (
        INSERT INTO emitted_event (topic, key, headers, value, is_fact)
        SELECT topic, key, CAST(headers AS jsonb), value, is_fact
        FROM unnest(
            CAST(:topics AS text[]), CAST(:keys AS bytea[]), CAST(:headers AS text[]), CAST(:values AS bytea[]),
            CAST(:are_facts AS boolean[])
        ) WITH ORDINALITY AS rows (topic, key, headers, value, is_fact, place)
        ORDER BY place
        RETURNING seq, topic
    )
    INSERT INTO outbox (lane, event) SELECT {LANE}, seq FROM emitted ORDER BY seq
""")


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record that is no event of ours (a dead letter), relayed as it is."""

    topic: str
    key: bytes
    headers: dict[str, str]
    value: bytes
    is_fact: bool = False
    """Caused by no other event."""


@dataclass(slots=True)
class _Emitted:
    ref: EventRef
    topic: str
    causation_id: UUID | None
    value: bytes


@dataclass(slots=True)
class Outbox:
    """What one transaction emits; written by `flush` with two statements, however many events there are."""

    service: str
    _events: list[_Emitted] = field(default_factory=list)
    _raw: list[RawRecord] = field(default_factory=list)

    def add(self, ref: EventRef, data: EventData, causation_id: UUID | None) -> None:
        """Take an event; raise EventTooLargeError above 256 KiB."""
        self._events.append(_Emitted(ref, data.topic.in_lane(ref.cause.lane).name, causation_id, encode_data(data)))

    def add_raw(self, record: RawRecord) -> None:
        """Take a record as it is."""
        self._raw.append(record)

    def mark(self) -> tuple[int, int]:
        """Return a point to restore."""
        return len(self._events), len(self._raw)

    def restore(self, mark: tuple[int, int]) -> None:
        """Forget what was taken since `mark`."""
        del self._events[mark[0] :], self._raw[mark[1] :]

    async def allocate(self, connection: AsyncConnection) -> None:
        """Draw the sequences of the events taken so far."""
        waiting = [event for event in self._events if event.ref.sequence is None]
        if not waiting:
            return
        numbers = Counter((event.topic, event.ref.key) for event in waiting)
        drawn = await connection.execute(
            DRAW_SEQUENCES,
            {
                "topics": [topic for topic, _ in numbers],
                "keys": [key for _, key in numbers],
                "numbers": list(numbers.values()),
            },
        )
        following = {(row.topic, row.key): row.last - numbers[row.topic, row.key] + 1 for row in drawn}
        for event in waiting:
            place = (event.topic, event.ref.key)
            event.ref.sequence = following[place]
            following[place] += 1

    async def flush(self, connection: AsyncConnection) -> int:
        """Write everything taken; return the number of rows."""
        await self.allocate(connection)
        rows = [*map(self._row, self._events), *self._raw]
        if rows:
            await connection.execute(INSERT_ROWS, _columns(rows))
        self._events.clear()
        self._raw.clear()
        return len(rows)

    def _row(self, event: _Emitted) -> RawRecord:
        ref = event.ref
        if ref.sequence is None:
            raise AssertionError("allocate() draws every sequence")
        headers = encode_headers(
            cause=ref.cause,
            causation_id=event.causation_id,
            type_=ref.type,
            source=self.service,
            key=ref.key,
            sequence=ref.sequence,
            recorded_at=ref.recorded_at,
        )
        return RawRecord(event.topic, str(ref.key).encode(), headers, event.value, is_fact=ref.cause.depth == 0)


def _columns(rows: Sequence[RawRecord]) -> dict[str, list[object]]:
    return {
        "topics": [row.topic for row in rows],
        "keys": [row.key for row in rows],
        "headers": [orjson.dumps(row.headers).decode() for row in rows],
        "values": [row.value for row in rows],
        "are_facts": [row.is_fact for row in rows],
    }
