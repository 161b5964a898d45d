"""Check that the service's own topics hold only events that its database emitted.

A service is the only writer of its topics. Its relay stores the ends of the topics when it deletes rows of the outbox.
An event behind a stored end was sent and is still in the outbox. An event that is in no outbox and was never emitted by
this database shows that the database is an older one: it would give the same sequences to other events. Records that
are no events of the service, whoever sent them, are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import text

from lealtad.db import Connection
from lealtad.events.attributes import DecodeError
from lealtad.events.codec import Record, decode
from lealtad.events.envelope import Event
from lealtad.events.topics import TOPICS
from lealtad.kafka.client.end_offsets import Lookout, cluster_id
from lealtad.kafka.client.offset_ranges import OffsetRange, read_ranges
from lealtad.kafka.consume.positions import AnotherClusterError, BeyondEndError, OlderDatabaseError
from lealtad.kafka.offsets import TopicPartition
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)


class Published(NamedTuple):
    """An event on one of the service's own topics."""

    record: Record
    event: Event[Any]


ENDS = text("SELECT topic, partition, next, cluster_id FROM relayed_end")
HAS_EMITTED = text("SELECT EXISTS (SELECT FROM sequence_counter)")
NOTE = text("""
    INSERT INTO relayed_end AS known (topic, partition, next, cluster_id)
    SELECT topic, partition, next, :cluster_id
    FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:next AS bigint[]))
        AS now (topic, partition, next)
    ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next, cluster_id = excluded.cluster_id
    WHERE known.next < excluded.next
""")
FORGET = text("DELETE FROM relayed_end")
# Almost always all of them are in the outbox. The others were sent late by a relay that is gone: looked up one by one,
# by the time in their headers, which is that of their storing but for the length of a transaction and skewed clocks.
UNKNOWN = text("""
    WITH published AS (
        SELECT id, at, is_fact FROM unnest(CAST(:ids AS text[]), CAST(:times AS timestamptz[]),
                                           CAST(:are_facts AS boolean[])) AS published (id, at, is_fact)
    ), waiting AS (
        SELECT headers->>'ce_id' AS id FROM outbox JOIN emitted_event ON emitted_event.seq = outbox.event
    )
    SELECT id FROM published
    WHERE NOT EXISTS (SELECT FROM waiting WHERE waiting.id = published.id)
      AND NOT EXISTS (
        SELECT FROM emitted_event AS kept
        WHERE kept.is_fact = published.is_fact AND kept.headers->>'ce_id' = published.id
          AND kept.stored_at BETWEEN published.at - interval '5 minutes' AND published.at + interval '5 minutes')
""")


async def require_known(settings: ServiceSettings, database: Database, service: str) -> str:
    """Return the cluster's id; raise a MismatchError unless this database emitted all that the own topics hold."""
    # A relay in another process may go on meanwhile: read the known ends before the topics' ends.
    cluster, known = await known_ends(settings, database)
    ends = await own_ends(settings, service)
    known = ends if known is None else known
    _require_not_shortened(known, ends)
    ranges = {place: OffsetRange(known.get(place, 0), end) for place, end in ends.items()}
    async for records in read_ranges(settings, ranges):
        async with database.read() as uow:
            unknown = await unknown_among(uow.connection, published_among(records))
        if unknown:
            raise OlderDatabaseError(_explained(unknown[0]))
    async with database.begin() as uow:
        await note_ends(uow.connection, cluster, ends)
    return cluster


async def own_ends(settings: ServiceSettings, service: str) -> dict[TopicPartition, int]:
    """Return where the service's own topics end."""
    lookout = Lookout(settings)
    try:
        return await lookout.ends([topic.name for topic in TOPICS if topic.producer == service])
    finally:
        await lookout.close()


async def known_ends(settings: ServiceSettings, database: Database) -> tuple[str, Mapping[TopicPartition, int] | None]:
    """Return the cluster's id and up to where the database knows the own topics.

    None from a database that has stored no ends yet: it adopts the ends that it finds. Raise AnotherClusterError where
    its topics are elsewhere.
    """
    cluster = await cluster_id(settings)
    async with database.read() as uow:
        rows = await uow.connection.execute(ENDS)
        if not rows and await uow.connection.scalar(HAS_EMITTED):
            return cluster, None
    if elsewhere := [row for row in rows if row.cluster_id != cluster]:
        raise AnotherClusterError(
            f"what was sent to {elsewhere[0].topic} is on cluster {elsewhere[0].cluster_id}, this is {cluster}: point "
            "LEALTAD_KAFKA_BOOTSTRAP at the former cluster, or restore the database that belongs to this one"
        )
    return cluster, {TopicPartition(row.topic, row.partition): row.next for row in rows}


async def forget_ends(connection: Connection) -> None:
    """Delete the stored ends of topics that may have been made anew."""
    await connection.execute(FORGET)


async def note_ends(connection: Connection, cluster: str, ends: Mapping[TopicPartition, int]) -> None:
    """Store that the database knows its topics up to `ends`."""
    values = {
        "topics": [place.topic for place in ends],
        "partitions": [place.partition for place in ends],
        "next": list(ends.values()),
        "cluster_id": cluster,
    }
    await connection.execute(NOTE, values)


def published_among(records: Iterable[Record]) -> list[Published]:
    """Return the events among `records` of own topics, each once; what is no event of ours is logged and left out."""
    found: dict[UUID, Published] = {}
    for record in records:
        try:
            event = _own(decode(record))
        except DecodeError as error:
            log.warning("no_event_on_own_topic", place=_place(record), reason=str(error))
        else:
            found.setdefault(event.id, Published(record, event))
    return list(found.values())


async def unknown_among(connection: Connection, published: Sequence[Published]) -> list[Published]:
    """Return those of `published` that this database never emitted."""
    events = [event for _, event in published]
    rows = await connection.execute(
        UNKNOWN,
        {
            "ids": [str(event.id) for event in events],
            "times": [event.time for event in events],
            "are_facts": [event.depth == 0 for event in events],
        },
    )
    unknown = {UUID(row.id) for row in rows}
    return [one for one in published if one.event.id in unknown]


def _own(event: Event[Any]) -> Event[Any]:
    """Return `event` if it is by the service that alone writes to its topic."""
    if event.source != f"/lealtad/{event.data.topic.producer}":
        raise DecodeError("ce_source is not the service that owns the topic")
    return event


def _place(record: Record) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"


def _require_not_shortened(known: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> None:
    for place, end in ends.items():
        if known.get(place, 0) > end:
            raise BeyondEndError(
                f"own topic {place.topic}/{place.partition} reached {known[place]} but ends at {end}: it was made anew "
                "or lost records. Restore the topic; or, where that cannot be, run adopt-restore here, then republish"
            )


def _explained(published: Published) -> str:
    record, event = published
    return (
        f"{record.topic}/{record.partition} holds event {event.id} at offset {record.offset}, which this "
        "database never emitted: it was restored from an older back-up. Restore a newer one, or run adopt-restore"
    )
