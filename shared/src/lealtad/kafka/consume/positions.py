"""Positions: where a group stands in each partition, kept in the database with the effects of what it read.

The position moves in the transaction of the batch, from exactly where the batch began: a worker that lost its
partitions without knowing it changes nothing.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection
from lealtad.kafka.consume.deferred_reactions import POP, popped
from lealtad.kafka.offsets import OffsetMove, ReachedEnd, TopicPartition
from lealtad.unit_of_work import Touched


class FencedError(RuntimeError):
    """Another worker moved a position: this one does not own the partition any more."""


class MismatchError(RuntimeError):
    """Database and Kafka do not belong together as they are; only a person can say which is right.

    The message says what was found and what to do.
    """


class AnotherClusterError(MismatchError):
    """The positions belong to another Kafka cluster."""


class BeyondEndError(MismatchError):
    """A topic ends before the stored position: it was made anew, or lost records."""


class OlderDatabaseError(MismatchError):
    """Kafka knows more than this database has done: it was restored from an older back-up."""


READ = text("""
    SELECT topic, partition, next, cluster_id FROM consumer_position
    WHERE consumer_group = :group AND (topic, partition) IN (
        SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[])))
""")
CREATE = text("""
    INSERT INTO consumer_position (consumer_group, topic, partition, next, cluster_id)
    SELECT :group, topic, partition, next, :cluster_id
    FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:next AS bigint[]))
        AS new (topic, partition, next)
    ORDER BY topic, partition
    ON CONFLICT DO NOTHING
""")
# The relay may have sent an event twice. If another worker moves a position meanwhile, this statement waits for it,
# moves nothing, and the worker is fenced: the transaction ends without effect, whatever the journal answered.
MOVE = text(f"""
    WITH waited AS ({POP}), moved AS (
        UPDATE consumer_position AS position SET next = move.next_offset
        FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]),
                    CAST(:expected AS bigint[]), CAST(:next_offset AS bigint[]))
            AS move (topic, partition, expected, next_offset)
        WHERE position.consumer_group = :group AND position.topic = move.topic
          AND position.partition = move.partition AND position.next = move.expected
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM moved) AS moved, ARRAY(
        SELECT event_id FROM journal WHERE event_id = ANY(CAST(:events AS uuid[])) AND outcome <> 'dead') AS known,
        (SELECT jsonb_object_agg(key, causes) FROM waited) AS waited
""")
# Skip positions that another transaction has locked: two transactions that want several could wait for each other.
CONFIRM = text("""
    UPDATE consumer_position AS position
    SET confirmed_at = clock_timestamp() - make_interval(secs => reached.age_s)
    FROM (
        SELECT consumer_group, topic, partition, age_s
        FROM consumer_position
        JOIN unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:ends AS bigint[]),
                    CAST(:ages_s AS float8[])) AS seen (topic, partition, last, age_s) USING (topic, partition)
        WHERE consumer_group = :group AND next >= last
        FOR UPDATE OF consumer_position SKIP LOCKED
    ) AS reached
    WHERE position.consumer_group = reached.consumer_group AND position.topic = reached.topic
      AND position.partition = reached.partition
""")
ALL = text("SELECT topic, partition, next FROM consumer_position WHERE consumer_group = :group")


async def read(
    connection: Connection, group: str, places: Iterable[TopicPartition], cluster_id: str
) -> dict[TopicPartition, int]:
    """Return the stored positions of `places`; raise AnotherClusterError when they were made on another cluster."""
    rows = await connection.execute(READ, {"group": group, **_columns(places)})
    for row in rows:
        if row.cluster_id != cluster_id:
            raise AnotherClusterError(
                f"the position of {row.topic}/{row.partition} belongs to cluster {row.cluster_id}, "
                f"this is {cluster_id}: point "
                "LEALTAD_KAFKA_BOOTSTRAP at the former cluster, or restore the database that belongs to this one"
            )
    return {TopicPartition(row.topic, row.partition): row.next for row in rows}


def require_within(stored: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> None:
    """Raise BeyondEndError for a position beyond the end: the next records there would count as handled."""
    for place, end in ends.items():
        if stored.get(place, 0) > end:
            raise BeyondEndError(
                f"{place.topic}/{place.partition} was read up to {stored[place]} but ends at {end}: it was made anew "
                "or lost records. Restore the topic; or, where that cannot be, run adopt-restore here (it reads the "
                "topic from its beginning again: what is known has no second effect) and republish at its owner"
            )


def require_not_older(stored: Mapping[TopicPartition, int], committed: Mapping[TopicPartition, int]) -> None:
    """Raise OlderDatabaseError for a position before the offset that the group committed after it had moved there."""
    for place, offset in committed.items():
        if stored.get(place, 0) < offset:
            raise OlderDatabaseError(
                f"{place.topic}/{place.partition} was read up to {offset}, but this database knows of "
                f"{stored.get(place, 0)} only: it was restored from an older back-up. Restore a newer one, or run "
                "adopt-restore"
            )


async def create(connection: Connection, group: str, first: Mapping[TopicPartition, int], cluster_id: str) -> None:
    """Store first positions where there are none."""
    await connection.execute(
        CREATE, {"group": group, "cluster_id": cluster_id, "next": list(first.values()), **_columns(first)}
    )


async def move(
    connection: Connection,
    group: str,
    moves: Mapping[TopicPartition, OffsetMove],
    events: Iterable[UUID] = (),
    customers: Iterable[tuple[int, UUID]] = (),
) -> tuple[set[UUID], Touched]:
    """Move the positions; return which of `events` were handled before, and the deferred reactions of `customers`.

    Those reactions are deleted. `customers` are pairs of partition and id. Raise FencedError unless each position
    stood where it was expected.
    """
    reacting = list(customers)
    values = {
        "waiting_partitions": [partition for partition, _ in reacting],
        "waiting_keys": [key for _, key in reacting],
        "group": group,
        "expected": [item.expected for item in moves.values()],
        "next_offset": [item.next_offset for item in moves.values()],
        "events": list(events),
        **_columns(moves),
    }
    row = (await connection.execute(MOVE, values)).one()
    if row.moved != len(moves):
        raise FencedError(f"{len(moves) - row.moved} of {len(moves)} positions were moved by another worker")
    return set(row.known), popped(row.waited or {})


async def confirm(connection: Connection, group: str, reached: Mapping[TopicPartition, ReachedEnd]) -> None:
    """Store until when these partitions are read: to an end that was theirs `age_s` seconds ago."""
    ends, ages_s = [item.end for item in reached.values()], [item.age_s for item in reached.values()]
    await connection.execute(CONFIRM, {"group": group, "ends": ends, "ages_s": ages_s, **_columns(reached)})


async def all_of(connection: Connection, group: str) -> dict[TopicPartition, int]:
    """Return every position of the group."""
    rows = await connection.execute(ALL, {"group": group})
    return {TopicPartition(row.topic, row.partition): row.next for row in rows}


def _columns(places: Iterable[TopicPartition]) -> dict[str, list[str] | list[int]]:
    places = list(places)
    return {"topics": [place.topic for place in places], "partitions": [place.partition for place in places]}
