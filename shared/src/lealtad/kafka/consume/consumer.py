"""The consumer's loop: poll, handle as one batch, and recover from failures.

A transient failure backs off and tries the same batch again; a permanent one is isolated by halving the batch until one
record is left, which becomes a dead letter. When most records fail, the release is bad and not the data: the loop
stands still and tries the same batch again, until it succeeds or the worker is restarted.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from aiokafka.errors import KafkaError

from lealtad.backoff import Backoff
from lealtad.clock import system_now
from lealtad.db.engine import TRANSACTION_S
from lealtad.errors import QUERY_CANCELED, is_transient, reason_of, sqlstate_of
from lealtad.events.cause import Lane
from lealtad.isolation import isolate_failures
from lealtad.kafka.client import group_offsets
from lealtad.kafka.client.end_offsets import cluster_id
from lealtad.kafka.consume import deferred_reactions
from lealtad.kafka.consume.assignment import Assignment
from lealtad.kafka.consume.backfill import BackfillLane
from lealtad.kafka.consume.batch import BatchHandler, Item, Processing, moves_of
from lealtad.kafka.consume.dead_letter_limit import DeadLetterLimit, TooManyDeadLettersError
from lealtad.kafka.consume.lanes import Lanes
from lealtad.kafka.consume.positions import FencedError
from lealtad.kafka.consume.standstill import Standstill
from lealtad.kafka.naming import group_of
from lealtad.kafka.offsets import TopicPartition
from lealtad.observability.health import Heartbeat
from lealtad.observability.logging import correlated
from lealtad.observability.metrics import CONSUMER_BATCH_SECONDS, CONSUMER_RETRIES
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
POLL_S = 0.5
WAITING_AT_ONCE = 500
POSTPONED_S = 60.0
"""When a reaction that fails on its own is tried again."""
STOPPED_S = 30.0
COMMIT_TIMEOUT_S = 5.0


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
        self._standstill = Standstill(heartbeat)
        self._waiting_until: datetime | None = None
        self._backfill = BackfillLane(settings, processing.reader.backfill_stage)
        self._flood = DeadLetterLimit()
        self._assignment: Assignment | None = None
        self._lanes: Lanes | None = None
        self.last_record_at = time.monotonic()
        self.polling = False
        """Whether records are waited for: while a batch is handled, none are."""

    @property
    def paused(self) -> set[TopicPartition]:
        """The partitions that stand still after a failure."""
        return self._standstill.paused

    @property
    def owned(self) -> dict[TopicPartition, int]:
        """Where this worker stands in the partitions it owns."""
        return dict(self._assignment.next) if self._assignment else {}

    async def commit_offsets(self) -> None:
        """Commit the positions to Kafka for lag tools; the database's positions rule, so a failure loses nothing."""
        if self._assignment:
            try:
                await asyncio.wait_for(self._assignment.commit_offsets(), COMMIT_TIMEOUT_S)
            except (KafkaError, TimeoutError) as error:
                log.info("group_offsets_not_committed", error=type(error).__name__)

    def hurry(self) -> None:
        """Return from the waits of poll and gather at once; a caller waits for the service to settle."""
        if self._lanes:
            self._lanes.hurry()

    def stop(self) -> None:
        """Ask the loop to end after the batch in hand."""
        self._standstill.stop()

    async def run(self) -> None:
        """Read until stopped; a broken client is replaced by a new one, after a growing pause."""
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while not self._standstill.is_stopping:
            started = time.monotonic()
            try:
                await self._read_with_one_client()
            except (KafkaError, FencedError) as error:
                log.warning("consumer_restarts", error=type(error).__name__, detail=str(error)[:200])
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("consumer_restarts", error=type(error).__name__)
            await self._standstill.rest(backoff.pause_after_s(time.monotonic() - started))

    async def _read_with_one_client(self) -> None:
        self._heartbeat.declare_wait(POLL_S + 20)
        cluster = await asyncio.wait_for(cluster_id(self._settings), 15)
        self._lanes = lanes = Lanes(self._settings, self._reader)
        assignment = Assignment(self._settings, self._database, self._group, cluster, lanes)
        self._assignment = assignment
        try:
            await lanes.start(assignment)
            while not self._standstill.is_stopping:
                await self._turn(lanes, assignment)
        finally:
            await lanes.stop()
            self._assignment = None

    async def _turn(self, lanes: Lanes, assignment: Assignment) -> None:
        self._heartbeat.beat()
        if assignment.failure:
            raise assignment.failure
        if assignment.changed:
            await self._look_for_waiting(assignment)
        self.polling = True
        records = await lanes.poll(self._poll_seconds(), self._backfill.at_once)
        self.polling = False
        items = [self._handler.understand(record) for record in records]
        if items:
            await self._handle(items, assignment)
            self.last_record_at = time.monotonic()
        if self._waiting_until and self._waiting_until <= system_now():
            await self._handle_waiting(assignment)
        elif not items and not self._backfill.rests:
            await self._handle_backfill(lanes, assignment)

    def _poll_seconds(self) -> float:
        longest_s = min(POLL_S, self._backfill.longest_wait_s)
        if self._waiting_until is None:
            return longest_s
        return min(longest_s, max(0.0, (self._waiting_until - system_now()).total_seconds()))

    async def _handle(self, items: Sequence[Item], assignment: Assignment) -> None:
        """Handle `items`: again after a transient failure, in halves after a permanent one."""

        async def attempt(some: Sequence[Item]) -> Sequence[None]:
            await self._attempt_until_it_passes(some, assignment)
            return ()

        await isolate_failures(items, attempt, _raise, concerns_all=lambda error: isinstance(error, FencedError))

    async def _attempt_until_it_passes(self, items: Sequence[Item], assignment: Assignment) -> None:
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while not self._standstill.is_stopping:
            # Isolating a poisoned batch takes many transactions: each of them is progress.
            self._heartbeat.beat()
            self.last_record_at = time.monotonic()
            try:
                await self._attempt_or_bury(items, assignment)
            except TooManyDeadLettersError as error:
                log.critical("consumer_stands_still", reason=str(error))
                await self._standstill.pause(assignment.next, STOPPED_S)
            except Exception as error:
                if not may_pass(error, items):
                    raise
                pause = backoff.pause_s()
                CONSUMER_RETRIES.inc()
                log.warning("batch_failed", error=type(error).__name__, records=len(items), again_in_s=pause)
                await self._standstill.pause(assignment.next, pause)
            else:
                return

    async def _attempt_or_bury(self, items: Sequence[Item], assignment: Assignment) -> None:
        try:
            await self._attempt(items, assignment)
        except (FencedError, TooManyDeadLettersError):
            raise
        except Exception as error:
            if len(items) > 1 or is_transient(error):
                raise
            await self._bury(items[0], assignment, error)

    async def _attempt(self, items: Sequence[Item], assignment: Assignment) -> None:
        async with assignment.busy:
            owned = [item for item in items if self._is_next(item, assignment)]
            if not owned:
                return
            if any(item.unreadable for item in owned):
                self._flood.check()
            moves = moves_of(owned, assignment.next)
            self._heartbeat.declare_wait(TRANSACTION_S)
            started = time.perf_counter()
            earliest = await self._handler.handle(owned, moves)
            took_s = time.perf_counter() - started
            CONSUMER_BATCH_SECONDS.observe(took_s)
            self._note_lanes(owned, took_s)
            assignment.next.update({place: move.next_offset for place, move in moves.items()})
        self._flood.note(item.unreadable is not None for item in owned)
        if earliest:
            self._waiting_until = min(earliest, self._waiting_until or earliest)

    def _note_lanes(self, items: Sequence[Item], took_s: float) -> None:
        lanes = {item.event.lane for item in items if item.event}
        if Lane.LIVE in lanes:
            self._backfill.note_live()
        if Lane.BACKFILL in lanes:
            self._backfill.note_waiting()
            self._backfill.note_work(took_s)

    async def _bury(self, item: Item, assignment: Assignment, error: Exception) -> None:
        self._flood.note([True])
        self._flood.check()
        with correlated(item.event.correlation_id if item.event else "unknown"):
            log.error("dead_letter", topic=item.record.topic, offset=item.record.offset, error=type(error).__name__)
        async with assignment.busy:
            if self._is_next(item, assignment):
                moves = moves_of([item], assignment.next)
                await self._handler.bury(item, moves, reason_of(error))
                assignment.next.update({place: move.next_offset for place, move in moves.items()})

    async def _handle_waiting(self, assignment: Assignment, limit: int = WAITING_AT_ONCE) -> None:
        """Run the deferred reactions that are due; after a permanent failure fewer, down to the one that fails."""
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
            await self._standstill.pause(assignment.next, FIRST_PAUSE_S)
        elif limit > 1:
            await self._handle_waiting(assignment, limit // 2)
        else:
            log.error("reaction_postponed", error=type(error).__name__, again_in_s=POSTPONED_S)
            async with assignment.busy:
                await self._handler.postpone_waiting(assignment.partitions, POSTPONED_S, reason_of(error))

    async def _handle_backfill(self, lanes: Lanes, assignment: Assignment) -> None:
        """Evaluate some of the customers of a backfill after its end; live events come between."""
        if not self._backfill.is_over(behind=await lanes.is_behind()):
            return
        if self._backfill.asks_others and await self._others_are_behind(assignment):
            self._backfill.note_others_behind()
            return
        limit, started = self._backfill.at_once, time.perf_counter()
        async with assignment.busy:
            released = await self._handler.release_backfill(assignment.partitions, limit)
        self._backfill.note_evaluated(more=released == limit)
        await self._handle_waiting(assignment)
        self._backfill.note_work(time.perf_counter() - started)

    async def _others_are_behind(self, assignment: Assignment) -> bool:
        """Whether a service whose evaluations are read here still reads the backfill of the partitions owned here."""
        groups = [group_of(self._settings, service) for service in self._reader.backfill_after]
        twins = {topic.name for topic in self._reader.backfill_topics}
        here = {place: offset for place, offset in assignment.next.items() if place.topic in twins}
        self._heartbeat.declare_wait(group_offsets.TIMEOUT_S * len(groups))
        return await group_offsets.some_behind(self._settings, groups, here)

    async def _look_for_waiting(self, assignment: Assignment) -> None:
        assignment.changed = False
        async with self._database.read() as uow:
            waiting = await deferred_reactions.look(uow.connection, assignment.partitions)
        self._waiting_until = waiting.until
        if waiting.backfill:
            self._backfill.note_left()

    def _is_next(self, item: Item, assignment: Assignment) -> bool:
        """Whether the record is still ours to handle: owned, and not handled before."""
        position = assignment.next.get(item.place)
        return position is not None and item.record.offset >= position


def may_pass(error: Exception, items: Sequence[Item]) -> bool:
    """Return whether the same records may succeed later: many that took too long together will do so again."""
    return is_transient(error) and (len(items) == 1 or sqlstate_of(error) != QUERY_CANCELED)


async def _raise(_: Item, error: Exception) -> None:
    raise error
