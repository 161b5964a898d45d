"""The relay: sends outbox rows to Kafka, in order per key, at least once.

One relay per database works at a time: it holds an advisory lock of the session on one direct connection, on which it
also reads and deletes, so that it cannot work on without the lock. A row goes when Kafka acknowledged it and no earlier
row of its key failed, those of small turns together. After any failure producer and connection are discarded and
everything is read again.

Live rows go first; a turn takes few rows of a backfill, and not too many octets, so that the next live row waits for
no more than one such turn. Backfill rows have topics, and so keys, of their own: no order is lost.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import asyncpg
import orjson
import structlog
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from lealtad.backoff import Backoff
from lealtad.db.engine import plain_dsn, server_settings
from lealtad.errors import is_of_the_database, is_transient
from lealtad.kafka.naming import topic_on_wire
from lealtad.kafka.publish.ack_window import AckWindow
from lealtad.kafka.publish.producer import OutboxProducer, create_producer
from lealtad.observability.health import Heartbeat
from lealtad.observability.metrics import RELAY_BATCH_SECONDS, RELAY_FAILURES, RELAY_RECORDS
from lealtad.outbox.wakeup import CHANNEL
from lealtad.settings import ServiceSettings

log = structlog.get_logger(__name__)

LOCK = "SELECT pg_try_advisory_lock(hashtextextended('lealtad relay', 0))"
READ = """
    SELECT lane, seq, topic, key, headers, value FROM (
        SELECT lane, waiting.seq, topic, key, headers, value,
            sum(octet_length(value)) OVER (ORDER BY lane, waiting.seq) - octet_length(value) AS octets_before
        FROM (
            (SELECT lane, seq, event FROM outbox WHERE lane = 0 AND seq <> ALL($4::bigint[]) ORDER BY seq LIMIT $1)
            UNION ALL
            (SELECT lane, seq, event FROM outbox WHERE lane = 1 AND seq <> ALL($4::bigint[]) ORDER BY seq LIMIT $2)
        ) AS waiting
        JOIN emitted_event ON emitted_event.seq = waiting.event
    ) AS turn
    WHERE octets_before < $3
    ORDER BY lane, seq
"""
# A crash of the server may undo a deletion together with the end stored beside it: the rows are sent once more.
# So the statement does not wait for the disk.
FORGETS_TOGETHER = {"synchronous_commit": "off"}
STANDBY_S = 1.0
FALLBACK_POLL_S = 3600.0
SEND_TIMEOUT_S = 30.0
VERIFY_S = 120.0
ABANDON_TIMEOUT_S = 5.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0


class RelayError(RuntimeError):
    """Some records were not acknowledged."""


class Relay:
    """The loop that sends, until cancelled; `heartbeat` beats at every turn.

    `verify` returns the id of the cluster once it is sure that its topics and this database belong together. It is
    awaited with the lock held, before anything is sent.
    """

    def __init__(
        self, settings: ServiceSettings, service: str, heartbeat: Heartbeat, verify: Callable[[], Awaitable[str]]
    ) -> None:
        self._settings = settings
        self._verify = verify
        self._service = service
        self._heartbeat = heartbeat
        self._wake = asyncio.Event()
        self._cluster = ""
        self.leads = False

    def wake(self) -> None:
        """Look for new rows at once."""
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled; after a failure try again, with growing pauses."""
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            started = time.monotonic()
            try:
                await self._relay_on_one_connection()
            except Exception as error:
                if not (isinstance(error, KafkaError | RelayError) or is_of_the_database(error)):
                    raise
                RELAY_FAILURES.inc()
                log.warning("relay_failed", error=type(error).__name__, detail=str(error)[:200])
            finally:
                self.leads = False
            pause = backoff.pause_after_s(time.monotonic() - started)
            self._heartbeat.declare_wait(pause)
            await asyncio.sleep(pause)

    async def _relay_on_one_connection(self) -> None:
        connection = await asyncpg.connect(
            plain_dsn(self._settings.database_url.get_secret_value()),
            server_settings={**server_settings(f"{self._service} relay"), **FORGETS_TOGETHER},
            timeout=10,
            command_timeout=30,
        )
        try:
            while not await connection.fetchval(LOCK):
                self._heartbeat.beat()
                await asyncio.sleep(STANDBY_S)
            self.leads = True
            self._cluster = await self._verified()
            await connection.add_listener(CHANNEL, lambda *_: self._wake.set())
            await self._relay_with_one_producer(connection)
        finally:
            connection.terminate()

    async def _verified(self) -> str:
        self._heartbeat.declare_wait(VERIFY_S)
        try:
            return await self._verify()
        except Exception as error:
            if is_transient(error):
                raise RelayError(f"own topics could not be verified: {type(error).__name__}") from error
            raise

    async def _relay_with_one_producer(self, connection: asyncpg.Connection) -> None:
        producer = create_producer(self._settings, f"{self._service}-relay")
        acknowledged = AckWindow(self._settings, connection, self._cluster)
        try:
            self._heartbeat.declare_wait(SEND_TIMEOUT_S)
            await asyncio.wait_for(producer.start(), SEND_TIMEOUT_S)
            while True:
                self._heartbeat.beat()
                # Cleared before the SELECT: a commit after it sets the event again, and no wake-up is lost.
                self._wake.clear()
                rows = await connection.fetch(READ, *self._limits, acknowledged.seqs)
                if rows:
                    await self._send(producer, rows, acknowledged)
                if not acknowledged.due_in():
                    await acknowledged.delete()
                if not self._is_full(rows):
                    await self._wait(acknowledged)
        finally:
            # Acknowledged rows must not be sent again because the relay stops or another record failed.
            with suppress(Exception):
                await asyncio.wait_for(acknowledged.delete(), ABANDON_TIMEOUT_S)
            with suppress(Exception):
                await asyncio.wait_for(producer.abandon(), ABANDON_TIMEOUT_S)

    @property
    def _limits(self) -> tuple[int, int, int]:
        """What a turn takes at most: live rows, rows of a backfill, octets."""
        settings = self._settings
        return settings.relay_batch, settings.relay_backfill_batch, settings.relay_octets

    def _is_full(self, rows: Sequence[asyncpg.Record]) -> bool:
        """Whether a limit, and not the end of the outbox, ended the turn."""
        backfill = sum(row["lane"] for row in rows)
        taken = len(rows) - backfill, backfill, sum(len(row["value"]) for row in rows)
        return any(number >= limit for number, limit in zip(taken, self._limits, strict=True))

    async def _wait(self, acknowledged: AckWindow) -> None:
        if acknowledged and not await self._is_woken(acknowledged.due_in()):
            await acknowledged.delete()
        if acknowledged:
            return
        poll = self._settings.relay_poll_ms / 1000 or FALLBACK_POLL_S
        if poll > 1:
            self._heartbeat.declare_wait(poll)
        await self._is_woken(poll)

    async def _is_woken(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._wake.wait(), seconds)
        return False

    async def _send(self, producer: OutboxProducer, rows: Sequence[asyncpg.Record], acknowledged: AckWindow) -> None:
        started = time.perf_counter()
        self._heartbeat.declare_wait(SEND_TIMEOUT_S)
        async with asyncio.timeout(SEND_TIMEOUT_S):
            futures = await self._hand_over(producer, rows)
            results = await asyncio.gather(*futures, return_exceptions=True)
        failed_keys: set[tuple[str, bytes]] = set()
        done: list[asyncpg.Record] = []
        for row, result in zip(rows, results, strict=True):
            key = (row["topic"], row["key"])
            if isinstance(result, BaseException):
                failed_keys.add(key)
            elif key not in failed_keys:
                done.append(row)
        acknowledged.add(done, results)
        for topic, number in Counter(row["topic"] for row in done).items():
            RELAY_RECORDS.labels(topic=topic).inc(number)
        RELAY_BATCH_SECONDS.observe(time.perf_counter() - started)
        if failed_keys:
            raise RelayError(f"{len(rows) - len(done)} of {len(rows)} records were not acknowledged")

    async def _hand_over(
        self, producer: OutboxProducer, rows: Sequence[asyncpg.Record]
    ) -> list[asyncio.Future[object]]:
        """Give `rows` to the producer in their order; a row that it refuses fails alone.

        Only an unknown topic fails for all its rows of this turn: each would be waited for.
        """
        futures: list[asyncio.Future[object]] = []
        unknown: dict[str, KafkaError] = {}
        for row in rows:
            try:
                if error := unknown.get(row["topic"]):
                    raise error
                futures.append(await producer.send(**self._record(row)))
            except KafkaError as error:
                if not isinstance(error, MessageSizeTooLargeError):
                    unknown[row["topic"]] = error
                futures.append(asyncio.get_running_loop().create_future())
                futures[-1].set_exception(error)
        return futures

    def _record(self, row: asyncpg.Record) -> dict[str, object]:
        headers = [(name, value.encode()) for name, value in orjson.loads(row["headers"]).items()]
        return {
            "topic": topic_on_wire(self._settings, row["topic"]),
            "key": row["key"],
            "value": row["value"],
            "headers": headers,
        }
