"""The worker's check of its lag, by a client apart from the consumer's: confirms freshness, finds a silent hang."""

import asyncio
import time

import structlog
from aiokafka.errors import KafkaError

from lealtad.errors import is_transient
from lealtad.events.subscriptions import Reader
from lealtad.kafka.client.end_offsets import Lookout
from lealtad.kafka.consume import positions
from lealtad.kafka.consume.consumer import Consumer
from lealtad.kafka.consume.offset_history import OffsetHistory
from lealtad.kafka.consume.progress import STATE
from lealtad.observability.health import Heartbeat
from lealtad.observability.metrics import (
    CONSUMER_LAG,
    DEAD_LETTERS,
    OUTBOX_OLDEST_SECONDS,
    OUTBOX_ROWS,
    PENDING_REACTIONS,
)
from lealtad.unit_of_work import Database

log = structlog.get_logger(__name__)

INTERVAL_S = 2.0


class ConsumerHangsError(RuntimeError):
    """Others see records where the consumer gets none: its client hangs, and only a new process helps."""


class Monitor:
    """The check, every two seconds, until cancelled."""

    def __init__(
        self,
        database: Database,
        lookout: Lookout,
        reader: Reader,
        group: str,
        consumer: Consumer,
        *,
        stuck_after_s: float,
        heartbeat: Heartbeat,
    ) -> None:
        self._database = database
        self._lookout = lookout
        self._topics = [topic.name for topic in reader.topics]
        self._group = group
        self._consumer = consumer
        self._stuck_after_s = stuck_after_s
        self._heartbeat = heartbeat
        self._history = OffsetHistory()
        # A counter is shown as 0 from the start: of a series that begins at 1, Prometheus sees no increase.
        for topic in self._topics:
            DEAD_LETTERS.labels(topic=topic)

    async def run(self) -> None:
        """Check until cancelled; raise ConsumerHangsError when the consumer's client hangs."""
        while True:
            self._heartbeat.declare_wait(INTERVAL_S)
            await asyncio.sleep(INTERVAL_S)
            try:
                await self._look()
                await self._consumer.commit_offsets()
            except ConsumerHangsError:
                raise
            except Exception as error:
                if not (isinstance(error, KafkaError) or is_transient(error)):
                    raise
                log.warning("monitor_failed", error=type(error).__name__)
                # While Kafka or the database cannot be asked, silence is not the consumer's fault.
                self._consumer.last_record_at = time.monotonic()

    async def _look(self) -> None:
        before = self._consumer.owned
        looked_at = time.monotonic()
        ends = await self._lookout.ends(self._topics)
        self._history.note(ends, looked_at)
        reached = self._history.reached(self._consumer.owned)
        behind = {place: ends[place] - position for place, position in before.items() if ends.get(place, 0) > position}
        async with self._database.begin() as uow:
            if reached:
                await positions.confirm(uow.connection, self._group, reached)
            state = (await uow.connection.execute(STATE)).one()
        OUTBOX_ROWS.set(state.rows)
        OUTBOX_OLDEST_SECONDS.set(float(state.oldest_s or 0))
        PENDING_REACTIONS.set(state.pending)
        # Partitions that went to another worker are its to tell of.
        CONSUMER_LAG.clear()
        for place in before:
            CONSUMER_LAG.labels(topic=place.topic, partition=place.partition).set(behind.get(place, 0))
        silent_s = time.monotonic() - self._consumer.last_record_at
        if not behind:
            self._consumer.last_record_at = time.monotonic()
        elif silent_s > self._stuck_after_s and self._consumer.polling:
            raise ConsumerHangsError(f"{len(behind)} partitions have records, none was polled for {silent_s:.0f} s")
