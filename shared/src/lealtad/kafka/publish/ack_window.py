"""Rows that Kafka acknowledged, deleted from the outbox in one statement for several turns of the relay.

At the pace of single purchases a turn sends a row or two, too few for a statement of their own. A lost connection loses
the window: its rows are still in the outbox and are sent once more, as after any crash between sending and deleting.
"""

import time
from collections.abc import Iterable, Sequence

import asyncpg
from aiokafka.structs import RecordMetadata

from lealtad.kafka.naming import topic_of
from lealtad.settings import ServiceSettings

# Deletion and ends of topics are stored together: behind a stored end, only rows of the outbox can be this service's.
DELETE = """
    WITH live AS (DELETE FROM outbox WHERE lane = 0 AND seq = ANY($1::bigint[])),
    backfill AS (DELETE FROM outbox WHERE lane = 1 AND seq = ANY($2::bigint[]))
    INSERT INTO relayed_end AS known (topic, partition, next, cluster_id)
    SELECT topic, partition, next, $6 FROM unnest($3::text[], $4::int[], $5::bigint[]) AS now (topic, partition, next)
    ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next, cluster_id = excluded.cluster_id
    WHERE known.next < excluded.next
"""
LANES = (0, 1)
LONGEST_S = 0.1
MOST_ROWS = 20


class AckWindow:
    """Acknowledged rows of the outbox and the ends of their topics, on one connection."""

    def __init__(self, settings: ServiceSettings, connection: asyncpg.Connection, cluster: str) -> None:
        self._settings = settings
        self._connection = connection
        self._cluster = cluster
        self._seqs: dict[int, list[int]] = {lane: [] for lane in LANES}
        self._ends: dict[tuple[str, int], int] = {}
        self._due = 0.0

    def __bool__(self) -> bool:
        return bool(self._ends)

    @property
    def seqs(self) -> list[int]:
        """The numbers of the rows, of both lanes: they come from one sequence."""
        return [seq for lane in LANES for seq in self._seqs[lane]]

    def add(self, rows: Iterable[asyncpg.Record], results: Sequence[object]) -> None:
        """Add `rows`, and the ends of topics from the acknowledgements among `results`."""
        if not self:
            self._due = time.monotonic() + LONGEST_S
        for row in rows:
            self._seqs[row["lane"]].append(row["seq"])
        for result in results:
            if isinstance(result, RecordMetadata):
                place = (result.topic, result.partition)
                self._ends[place] = max(result.offset + 1, self._ends.get(place, 0))

    def due_in(self) -> float:
        """Return the seconds until the rows are to be deleted; 0 once they are more than 20."""
        many = sum(map(len, self._seqs.values())) > MOST_ROWS
        return 0.0 if many else max(self._due - time.monotonic(), 0.0)

    async def delete(self) -> None:
        """Delete the rows and store the ends, if there are any."""
        if not self:
            return
        topics = [topic_of(self._settings, topic) for topic, _ in self._ends]
        partitions = [partition for _, partition in self._ends]
        ends = list(self._ends.values())
        seqs = [self._seqs[lane] for lane in LANES]
        await self._connection.execute(DELETE, *seqs, topics, partitions, ends, self._cluster)
        self._ends.clear()
        for rows in seqs:
            rows.clear()
