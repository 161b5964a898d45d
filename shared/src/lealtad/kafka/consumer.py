"""The consumer's loop: poll, handle as one batch, and what to do when that fails.

A transient failure backs off and tries the same batch again; a permanent one is isolated by halving the batch until one
record is left, which is dead-lettered. When too many are, or cannot be read, the deploy is bad and not the data: the
loop stands still, and only tries the same again, until it works or the worker is restarted.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from lealtad.clock import system_now
from lealtad.db.engine import TRANSACTION_S
from lealtad.errors import QUERY_CANCELED, is_transient, reason_of, sqlstate_of
from lealtad.events.codec import Record
from lealtad.kafka import pending
from lealtad.kafka.assignment import Assignment
from lealtad.kafka.batch import BatchHandler, Item, Processing
from lealtad.kafka.end_offsets import cluster_id
from lealtad.kafka.group_client import create_group_client
from lealtad.kafka.naming import group_of, topic_of, topic_on_wire
from lealtad.kafka.positions import FencedError, Move, Place
from lealtad.observability.health import Heartbeat
from lealtad.observability.logging import correlated
from lealtad.observability.metrics import CONSUMER_BATCH_SECONDS, CONSUMER_PAUSED_PARTITIONS, CONSUMER_RETRIES
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
POLL_S = 0.5
BUSY_BATCH = 8
"""From so many records in a poll on, waiting a little for more costs less than it saves."""
WAITING_AT_ONCE = 500
POSTPONED_S = 60.0
"""When a reaction that fails on its own is tried again."""
DEAD_WINDOW, DEAD_MINIMUM, DEAD_SHARE = 400, 200, 0.5
STOPPED_S = 30.0
COMMIT_TIMEOUT_S = 5.0


class TooManyDeadLettersError(RuntimeError):
    """Most of the last events failed: a bad deploy must not empty the topics into the dead letters."""


class Consumer:
    """Reads all topics of one service as one member of its group; runs until `stop`."""

    def __init__(
        self, settings: ServiceSettings, database: Database, processing: Processing, heartbeat: Heartbeat
    ) -> None:
        self._settings = settings
        self._database = database
        self._reader = processing.reader
        self._group = group_of(settings, self._reader.service)
        self._handler = BatchHandler(database, processing, self._group)
        self._heartbeat = heartbeat
        self._stopping = asyncio.Event()
        self._waiting_until: datetime | None = None
        self._recent = deque[bool](maxlen=DEAD_WINDOW)
        self._assignment: Assignment | None = None
        self.paused: set[Place] = set()
        self.last_record_at = time.monotonic()
        self.polling = False
        """Whether records are waited for: while a batch is handled, none are."""

    @property
    def owned(self) -> dict[Place, int]:
        """Where this worker stands in the partitions it owns."""
        return dict(self._assignment.next) if self._assignment else {}

    async def commit_offsets(self) -> None:
        """Tell Kafka how far this worker is; positions rule, so a failure costs nothing but the lag tools' picture."""
        if self._assignment:
            try:
                await asyncio.wait_for(self._assignment.commit_offsets(), COMMIT_TIMEOUT_S)
            except (KafkaError, TimeoutError) as error:
                log.info("group_offsets_not_committed", error=type(error).__name__)

    def stop(self) -> None:
        """Ask the loop to end after the batch in hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Read until stopped; a broken client is replaced by a new one, after a growing pause."""
        pause = FIRST_PAUSE_S
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                await self._read_with_one_client()
            except (KafkaError, FencedError) as error:
                log.warning("consumer_restarts", error=type(error).__name__, detail=str(error)[:200])
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("consumer_restarts", error=type(error).__name__)
            if time.monotonic() - started > LONGEST_PAUSE_S:
                pause = FIRST_PAUSE_S
            await self._rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _read_with_one_client(self) -> None:
        self._heartbeat.declare_wait(POLL_S + 20)
        cluster = await asyncio.wait_for(cluster_id(self._settings), 15)
        assignment = Assignment(self._settings, self._database, self._group, cluster)
        consumer = create_group_client(self._settings, self._reader.service, self._group)
        assignment.consumer = consumer
        self._assignment = assignment
        topics = [topic_on_wire(self._settings, item.topic.name) for item in self._reader.subscriptions]
        consumer.subscribe(topics, listener=assignment)
        try:
            await asyncio.wait_for(consumer.start(), 20)
            while not self._stopping.is_set():
                await self._turn(consumer, assignment)
        finally:
            with suppress(Exception):
                await asyncio.wait_for(consumer.stop(), self._settings.shutdown_s)
            self._assignment = None

    async def _turn(self, consumer: AIOKafkaConsumer, assignment: Assignment) -> None:
        self._heartbeat.beat()
        if assignment.failure:
            raise assignment.failure
        if assignment.changed:
            await self._look_for_waiting(assignment)
        self.polling = True
        records = await self._poll(consumer)
        self.polling = False
        items = [self._handler.understand(record) for record in records]
        if items:
            await self._handle(items, assignment)
            self.last_record_at = time.monotonic()
        if self._waiting_until and self._waiting_until <= system_now():
            await self._handle_waiting(assignment)

    async def _poll(self, consumer: AIOKafkaConsumer) -> list[Record]:
        limit = self._settings.poll_records
        found = await consumer.getmany(timeout_ms=int(self._poll_seconds() * 1000), max_records=limit)
        number = sum(map(len, found.values()))
        gather_ms = self._gather_ms(number)
        if gather_ms and number < limit:
            await asyncio.sleep(gather_ms / 1000)
            more = await consumer.getmany(timeout_ms=0, max_records=limit - number)
            for partition, records in more.items():
                found.setdefault(partition, []).extend(records)
        return [self._as_record(record) for records in found.values() for record in records]

    def _poll_seconds(self) -> float:
        if self._waiting_until is None:
            return POLL_S
        return min(POLL_S, max(0.0, (self._waiting_until - system_now()).total_seconds()))

    def _gather_ms(self, number: int) -> int:
        """On the decision path only a busy poll waits for more; off it every poll does."""
        if not self._reader.on_decision_path:
            return self._settings.idle_gather_ms if number else 0
        return self._settings.gather_ms if number >= BUSY_BATCH else 0

    async def _handle(self, items: Sequence[Item], assignment: Assignment) -> None:
        """Handle `items` whatever it takes: again after a transient failure, in halves after a permanent one."""
        pause = FIRST_PAUSE_S
        while not self._stopping.is_set():
            # Isolating a poisoned batch takes many transactions: each of them is progress.
            self._heartbeat.beat()
            self.last_record_at = time.monotonic()
            try:
                await self._attempt_or_isolate(items, assignment)
            except TooManyDeadLettersError as error:
                log.critical("consumer_stands_still", reason=str(error))
                await self._stand_still(assignment, STOPPED_S)
            except Exception as error:
                if not is_transient(error):
                    raise
                CONSUMER_RETRIES.inc()
                log.warning("batch_failed", error=type(error).__name__, records=len(items), again_in_s=pause)
                await self._stand_still(assignment, pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
            else:
                return

    async def _attempt_or_isolate(self, items: Sequence[Item], assignment: Assignment) -> None:
        try:
            await self._attempt(items, assignment)
        except FencedError:
            raise
        except Exception as error:
            if sqlstate_of(error) == QUERY_CANCELED and len(items) > 1:
                # Too much for one transaction: as many will take as long again.
                await self._halve(items, assignment)
                return
            if is_transient(error):
                raise
            await self._isolate(items, assignment, error)

    async def _attempt(self, items: Sequence[Item], assignment: Assignment) -> None:
        async with assignment.busy:
            owned = [item for item in items if self._is_next(item, assignment)]
            if not owned:
                return
            if any(item.unreadable for item in owned):
                self._refuse_flood()
            moves = moves_of(owned, assignment.next)
            self._heartbeat.declare_wait(TRANSACTION_S)
            started = time.perf_counter()
            earliest = await self._handler.handle(owned, moves)
            CONSUMER_BATCH_SECONDS.observe(time.perf_counter() - started)
            assignment.next.update({place: move.following for place, move in moves.items()})
        self._recent.extend(item.unreadable is not None for item in owned)
        if earliest:
            self._waiting_until = min(earliest, self._waiting_until or earliest)

    async def _halve(self, items: Sequence[Item], assignment: Assignment) -> None:
        middle = len(items) // 2
        await self._handle(items[:middle], assignment)
        await self._handle(items[middle:], assignment)

    async def _isolate(self, items: Sequence[Item], assignment: Assignment, error: Exception) -> None:
        if len(items) > 1:
            await self._halve(items, assignment)
            return
        self._recent.append(True)
        self._refuse_flood()
        item = items[0]
        with correlated(item.event.correlation_id if item.event else "unknown"):
            log.error("dead_letter", topic=item.record.topic, offset=item.record.offset, error=type(error).__name__)
        async with assignment.busy:
            if self._is_next(item, assignment):
                moves = moves_of([item], assignment.next)
                await self._handler.bury(item, moves, reason_of(error))
                assignment.next.update({place: move.following for place, move in moves.items()})

    def _refuse_flood(self) -> None:
        dead = sum(self._recent)
        if len(self._recent) >= DEAD_MINIMUM and dead > DEAD_SHARE * len(self._recent):
            raise TooManyDeadLettersError(f"{dead} of the last {DEAD_WINDOW} events failed")

    async def _handle_waiting(self, assignment: Assignment, limit: int = WAITING_AT_ONCE) -> None:
        """React for those who waited long enough; after a permanent failure for fewer, down to the one that fails."""
        try:
            async with assignment.busy:
                self._heartbeat.declare_wait(TRANSACTION_S)
                handled = await self._handler.handle_waiting(assignment.partitions, limit)
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs one customer's reaction
            await self._recover_waiting(assignment, limit, error)
            return
        if handled < limit:
            await self._look_for_waiting(assignment)

    async def _recover_waiting(self, assignment: Assignment, limit: int, error: Exception) -> None:
        if is_transient(error):
            CONSUMER_RETRIES.inc()
            await self._stand_still(assignment, FIRST_PAUSE_S)
        elif limit > 1:
            await self._handle_waiting(assignment, limit // 2)
        else:
            log.error("reaction_postponed", error=type(error).__name__, again_in_s=POSTPONED_S)
            async with assignment.busy:
                await self._handler.postpone_waiting(assignment.partitions, POSTPONED_S, reason_of(error))

    async def _look_for_waiting(self, assignment: Assignment) -> None:
        assignment.changed = False
        async with self._database.read() as uow:
            self._waiting_until = await pending.earliest(uow.connection, assignment.partitions)

    async def _stand_still(self, assignment: Assignment, seconds: float) -> None:
        """Pause the partitions for a declared while; heartbeats of the group go on."""
        self.paused = set(assignment.next)
        CONSUMER_PAUSED_PARTITIONS.set(len(self.paused))
        await self._rest(seconds)
        self.paused = set()
        CONSUMER_PAUSED_PARTITIONS.set(0)

    async def _rest(self, seconds: float) -> None:
        self._heartbeat.declare_wait(seconds)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _is_next(self, item: Item, assignment: Assignment) -> bool:
        """Whether the record is still ours to handle: owned, and not handled before."""
        position = assignment.next.get(item.place)
        return position is not None and item.record.offset >= position

    def _as_record(self, record: ConsumerRecord) -> Record:
        return Record(
            topic_of(self._settings, record.topic),
            record.partition,
            record.offset,
            record.key,
            tuple(record.headers),
            record.value,
        )


def moves_of(items: Sequence[Item], position: Mapping[Place, int]) -> dict[Place, Move]:
    """Return where the positions go when `items`, in order per partition, are handled."""
    ends: dict[Place, int] = {}
    for item in items:
        ends[item.place] = item.record.offset + 1
    return {place: Move(position[place], end) for place, end in ends.items()}
