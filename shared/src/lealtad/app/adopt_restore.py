"""`python -m <package> adopt-restore`: make a database that was restored from a back-up fit Kafka as it stands.

Kafka keeps the events that this service published since the back-up. The command stores them again: sequences go on
after them, and the service restores its owned state from them (`DatabasePart.restore`). The topics that the service
reads are read again from the restored positions: their effects are missing in the restored database, too.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from aiokafka.errors import KafkaError

from lealtad.app.runtime import Runtime, open_runtime
from lealtad.app.service import Service
from lealtad.db.engine import plain_dsn, server_settings
from lealtad.errors import is_transient, reason_of
from lealtad.events.envelope import Event
from lealtad.isolation import isolate_failures
from lealtad.journal import Entry
from lealtad.kafka.client import group_offsets
from lealtad.kafka.client.offset_ranges import OffsetRange, read_ranges
from lealtad.kafka.consume import positions
from lealtad.kafka.consume.positions import MismatchError
from lealtad.kafka.offsets import TopicPartition
from lealtad.kafka.publish.relay import LOCK
from lealtad.kafka.recovery import adopt_cluster, outbox_reconciliation
from lealtad.kafka.recovery.outbox_reconciliation import Published
from lealtad.observability.logging import configure_logging
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Phase, UnitOfWork

log = structlog.get_logger(__name__)

TAKEN_BACK = "taken back from the topic by adopt-restore"
RELAYS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1"


class WorkersRunError(RuntimeError):
    """Workers of the service are at work on the database."""


@dataclass
class Adopted:
    """What adopt-restore found and did."""

    published: int = 0
    """Events on own topics behind the end that the database knew."""
    taken_back: Counter[str] = field(default_factory=Counter)
    """Of them those that it had never emitted, by type, that are in owned state again."""
    lost: dict[str, list[UUID]] = field(default_factory=dict)
    """By type: the ids of those whose owned state cannot be made from what is published."""
    not_sent_again: int = 0
    renumbered: int = 0
    read_anew: list[str] = field(default_factory=list)
    """Topics and partitions that had been made anew and are read from their beginning."""
    sequences: dict[tuple[str, UUID], int] = field(default_factory=dict)

    def note(
        self, events: Sequence[Event[Any]], lost: Collection[UUID], sequences: Mapping[tuple[str, UUID], int]
    ) -> None:
        """Add what became of events that the database had never emitted."""
        for place, last in sequences.items():
            self.sequences[place] = max(last, self.sequences.get(place, 0))
        self.taken_back.update(event.type for event in events if event.id not in lost)
        for event in events:
            if event.id in lost:
                self.lost.setdefault(event.type, []).append(event.id)

    def lines(self) -> list[str]:
        """Return the outcome in words, a line each."""
        taken = ", ".join(f"{number} {name}" for name, number in sorted(self.taken_back.items())) or "none"
        lines = [
            f"{self.published} published events checked; unknown to this database and taken back: {taken}",
            f"{self.not_sent_again} events in the outbox were sent before the restore and are not sent again",
            f"{self.renumbered} events in the outbox were numbered anew, behind those published meanwhile",
        ]
        lines += [f"read again from the beginning: {place}" for place in self.read_anew]
        lines += [f"not in owned state again: {name} {' '.join(map(str, ids))}" for name, ids in self.lost.items()]
        return lines


def add_arguments(_: argparse.ArgumentParser) -> None:
    """Declare what the command takes: nothing."""


def main(service: Service, _: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    settings = service.read_settings()
    configure_logging(service.name, "adopt-restore", settings.log_level, settings.log_format)
    try:
        adopted = asyncio.run(_adopt(service, settings))
    except (WorkersRunError, MismatchError, KafkaError, TimeoutError) as error:
        sys.stderr.write(f"{service.name}: {error or type(error).__name__}\n")
        return 1
    sys.stdout.write("".join(f"{service.name}: {line}\n" for line in adopted.lines()))
    return 0


async def _adopt(service: Service, settings: ServiceSettings) -> Adopted:
    async with open_runtime(service, settings, "adopt-restore") as runtime:
        return await adopt_restore(runtime)


async def adopt_restore(runtime: Runtime) -> Adopted:
    """Make database and Kafka fit; safe to run again after an interruption, and where nothing is to be done.

    Raises WorkersRunError while workers are at work, AnotherClusterError where nothing can be mended.
    """
    adopted = Adopted()
    settings, database, service = runtime.settings, runtime.database, runtime.service.name
    async with _alone(settings, service):
        cluster, known = await outbox_reconciliation.known_ends(settings, database)
        ends = await outbox_reconciliation.own_ends(settings, service)
        known = ends if known is None else known
        ranges = {place: OffsetRange(min(known.get(place, 0), end), end) for place, end in ends.items()}
        async for records in read_ranges(settings, ranges):
            if published := outbox_reconciliation.published_among(records):
                await _take_in(runtime, published, adopted)
        read = await runtime.lookout.ends([topic.name for topic in runtime.service.reader.topics])
        async with database.read() as uow:
            stored = await positions.read(uow.connection, runtime.group, read, cluster)
        # Made anew or shortened: what is there is read again, and what is known has no second effect.
        first = {place: 0 for place, end in read.items() if stored.get(place, 0) > end}
        adopted.read_anew = [f"{place.topic}/{place.partition}" for place in sorted(first)]
        async with database.begin() as uow:
            adopted.renumbered = await adopt_cluster.renumber_waiting(uow.connection, adopted.sequences)
            await adopt_cluster.put_back(uow.connection, runtime.group, first)
            await outbox_reconciliation.forget_ends(uow.connection)
            await outbox_reconciliation.note_ends(uow.connection, cluster, ends)
        await _put_offsets_back(runtime, {place: (stored | first).get(place, 0) for place in read})
    return adopted


async def _put_offsets_back(runtime: Runtime, stored: Mapping[TopicPartition, int]) -> None:
    """Let Kafka know that the group reads on further back; that takes until its last member is forgotten."""
    committed = await group_offsets.committed(runtime.settings, runtime.group)
    if any(at > stored.get(place, at) for place, at in committed.items()):
        await group_offsets.put_back(runtime.settings, runtime.group, stored)


@asynccontextmanager
async def _alone(settings: ServiceSettings, service: str) -> AsyncIterator[None]:
    """Lock the relay, and check that no other worker is about to lock it."""
    connection = await asyncpg.connect(
        plain_dsn(settings.database_url.get_secret_value()),
        server_settings=server_settings(f"{service} adopt-restore"),
        timeout=10,
        command_timeout=30,
    )
    try:
        if not await connection.fetchval(LOCK) or await connection.fetchval(RELAYS, f"{service} relay"):
            raise WorkersRunError(
                "workers are at work on this database: stop them first. A worker that is held may go on running"
            )
        yield
    finally:
        connection.terminate()


async def _take_in(runtime: Runtime, published: Sequence[Published], adopted: Adopted) -> None:
    """Make published events known; an event that cannot be taken back is isolated and keeps id and sequence only."""

    async def attempt(some: Sequence[Published]) -> Sequence[None]:
        await _take_in_together(runtime, some, adopted)
        return ()

    async def set_aside(one: Published, error: Exception) -> None:
        log.warning("event_not_taken_back", topic=one.record.topic, offset=one.record.offset, reason=reason_of(error))
        await _take_in_together(runtime, [one], adopted, with_state=False)

    await isolate_failures(published, attempt, set_aside, concerns_all=is_transient)


async def _take_in_together(
    runtime: Runtime, published: Sequence[Published], adopted: Adopted, *, with_state: bool = True
) -> None:
    """Make published events known in one transaction; without their state they only keep their ids and sequences."""
    async with runtime.database.begin() as uow:
        unknown = await outbox_reconciliation.unknown_among(uow.connection, published)
        not_sent_again = await adopt_cluster.forget_sent(uow.connection, published)
        events = [event for _, event in unknown]
        sequences = _sequences(events)
        if unknown:
            await adopt_cluster.raise_counters(uow.connection, sequences)
            await adopt_cluster.keep(uow.connection, unknown)
        lost = {event.id for event in events}
        if unknown and with_state:
            lost = await _restore(runtime.service, uow, events)
    adopted.published += len(published)
    adopted.not_sent_again += not_sent_again
    adopted.note(events, lost, sequences)


def _sequences(events: Sequence[Event[Any]]) -> dict[tuple[str, UUID], int]:
    sequences: dict[tuple[str, UUID], int] = {}
    for event in events:
        place = (event.topic, event.key)
        sequences[place] = max(event.sequence, sequences.get(place, 0))
    return sequences


async def _restore(service: Service, uow: UnitOfWork, events: Sequence[Event[Any]]) -> set[UUID]:
    """Return the ids of those events that owned state does not hold afterwards."""
    for event in events:
        if event.causation_id is None:
            entry = Entry(event.id, "fact", event.type, event.key, topic=event.topic, lane=event.lane.value)
            entry.detail = TAKEN_BACK
            uow.journal.add(entry)
    restore = service.require_database().restore
    if restore is None:
        return {event.id for event in events}
    uow.phase = Phase.PROJECT
    lost = await restore(uow, events)
    uow.phase = Phase.OPEN
    return set(lost)
