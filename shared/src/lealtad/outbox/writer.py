"""The events that a business transaction writes into the outbox."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from lealtad.db import Connection
from lealtad.events.attributes import SEQUENCE, SEQUENCE_DIGITS
from lealtad.events.codec import encode_data, encode_headers
from lealtad.events.envelope import EventRef
from lealtad.events.model import EventData

# All transactions lock counters in the same order. The lock makes the order of sequences the order of outbox rows.
DRAW_SEQUENCES = """
    INSERT INTO sequence_counter AS counter (topic, key, last)
    SELECT topic, key, number
    FROM unnest(CAST(:drawn_topics AS text[]), CAST(:drawn_keys AS uuid[]), CAST(:numbers AS bigint[]))
        AS wanted (topic, key, number)
    ORDER BY topic, key
    ON CONFLICT (topic, key) DO UPDATE SET last = counter.last + excluded.last
    RETURNING topic, key, last
"""

LANE = "CASE WHEN topic LIKE '%-backfill' THEN 1 ELSE 0 END"
"""Only a topic of a backfill alone has the slow lane; events that share keys with live events keep their order."""

ADD_SEQUENCE = f"jsonb_build_object('{SEQUENCE}', lpad(CAST(last - following AS text), {SEQUENCE_DIGITS}, '0'))"
# Emitted events are kept, to be sent again when Kafka loses them; the outbox holds references to them. Rows get their
# numbers after the sort, and so after all counters were locked.
INSERT_RECORDS = f"""
    drawn AS ({DRAW_SEQUENCES}), emitted AS (
        INSERT INTO emitted_event (topic, key, headers, value, is_fact)
        SELECT record.topic, record.key,
            CAST(headers AS jsonb) || CASE WHEN last IS NULL THEN '{{}}' ELSE {ADD_SEQUENCE} END, value, is_fact
        FROM unnest(
            CAST(:topics AS text[]), CAST(:keys AS bytea[]), CAST(:headers AS text[]), CAST(:values AS bytea[]),
            CAST(:are_facts AS boolean[]), CAST(:streams AS uuid[]), CAST(:followings AS bigint[])
        ) WITH ORDINALITY AS record (topic, key, headers, value, is_fact, stream, following, place)
        LEFT JOIN drawn ON drawn.topic = record.topic AND drawn.key = stream
        ORDER BY place
        RETURNING seq, topic
    ), queued AS (INSERT INTO outbox (lane, event) SELECT {LANE}, seq FROM emitted ORDER BY seq)
"""
"""Common table expressions that insert the emitted events; see `Outbox.parameters`."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record that is no event of this service (a dead letter), relayed unchanged."""

    topic: str
    key: bytes
    headers: dict[str, str]
    value: bytes
    is_fact: bool = False
    """Whether no other event caused the record."""


@dataclass(slots=True, eq=False)
class _Emitted:
    ref: EventRef
    topic: str
    causation_id: UUID | None
    value: bytes


@dataclass(slots=True)
class Outbox:
    """The events that one transaction emits."""

    service: str
    _events: list[_Emitted] = field(default_factory=list)
    _raw: list[RawRecord] = field(default_factory=list)

    def add(self, ref: EventRef, data: EventData, causation_id: UUID | None) -> None:
        """Add an event; raise EventTooLargeError above 256 KiB."""
        self._events.append(_Emitted(ref, data.topic.in_lane(ref.cause.lane).name, causation_id, encode_data(data)))

    def add_raw(self, record: RawRecord) -> None:
        """Add a record, which is relayed unchanged."""
        self._raw.append(record)

    def mark(self) -> tuple[int, int]:
        """Return a mark for `restore`."""
        return len(self._events), len(self._raw)

    def restore(self, mark: tuple[int, int]) -> None:
        """Remove the events that were added since `mark`."""
        del self._events[mark[0] :], self._raw[mark[1] :]

    async def allocate(self, connection: Connection) -> None:
        """Draw the sequences of the events added so far."""
        waiting, draws = self._draws()
        if not waiting:
            return
        rows = await connection.execute(text(DRAW_SEQUENCES), draws)
        last = {(row.topic, row.key): row.last for row in rows}
        for event, following in waiting.items():
            event.ref.sequence = last[event.topic, event.ref.key] - following

    def __bool__(self) -> bool:
        return bool(self._events or self._raw)

    def clear(self) -> None:
        """Remove all events, after they were written."""
        self._events.clear()
        self._raw.clear()

    def parameters(self) -> dict[str, list[Any]]:
        """Return the parameters of `INSERT_RECORDS`: all events and records, and the sequences to draw for them."""
        waiting, draws = self._draws()
        records = [*map(self._record, self._events), *self._raw]
        none = [None] * len(self._raw)
        return {
            **draws,
            "topics": [record.topic for record in records],
            "keys": [record.key for record in records],
            "headers": [orjson.dumps(record.headers).decode() for record in records],
            "values": [record.value for record in records],
            "are_facts": [record.is_fact for record in records],
            "streams": [event.ref.key if event in waiting else None for event in self._events] + none,
            "followings": [waiting.get(event) for event in self._events] + none,
        }

    def _draws(self) -> tuple[dict[_Emitted, int], dict[str, list[Any]]]:
        """Return the events without a sequence, each with the number of its successors in its stream, and the draws."""
        numbers: Counter[tuple[str, UUID]] = Counter()
        following: dict[_Emitted, int] = {}
        for event in reversed(self._events):
            if event.ref.sequence is None:
                stream = (event.topic, event.ref.key)
                following[event] = numbers[stream]
                numbers[stream] += 1
        return following, {
            "drawn_topics": [topic for topic, _ in numbers],
            "drawn_keys": [key for _, key in numbers],
            "numbers": list(numbers.values()),
        }

    def _record(self, event: _Emitted) -> RawRecord:
        ref = event.ref
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
