"""The client that reads records: also those whose header names are not UTF-8, and all partitions at any time.

The broker takes any bytes for a name. aiokafka's parser raises UnicodeDecodeError there, at every attempt, so that one
such record would end its readers for ever (seen with 0.14). Here the fetched bytes are then parsed once more by its
parser in Python, which is given bytes that decode with replacement; all other records go the usual way. What is
replaced are names in its modules; a test reads such records from a broker.

A batch that cannot be decompressed, or is too large to be, is one record without key and value at the batch's last
offset: it is put aside, and reading goes on behind it.

aiokafka asks a broker by one request at a time. While some partitions hold records that were not taken yet it asks,
after 0.1 s, for the others alone, and a record that then arrives in one of the first is not seen until that request
ends, half a second later. Here it waits longer for records to be taken, and asks for all partitions at once, telling
the broker only what changed.
"""

from collections.abc import Iterator
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer import consumer, fetcher
from aiokafka.errors import UnsupportedCodecError
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy, _DefaultRecordPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy

from lealtad.kafka.client.decompression import DecompressionError, install_limits
from lealtad.kafka.client.fetch_sessions import FetchSessions

log = structlog.get_logger(__name__)

UNREADABLE = "unreadable"
"""Header of the record that stands for a batch which cannot be read: why."""

PATIENCE_S = 2.0
"""A batch rarely takes so long."""


class ReadingClient(AIOKafkaConsumer):  # type: ignore[misc] # aiokafka has no types
    """aiokafka's client, with a pause of its fetches."""

    def rest(self) -> None:
        """Pause fetches: the records in hand are handled first, and more gather meanwhile."""
        if self._fetcher:
            self._fetcher.rest()

    def go_on(self) -> None:
        """Resume fetches."""
        if self._fetcher:
            self._fetcher.go_on()


def create_reading_client(**options: Any) -> ReadingClient:
    """Return a client with aiokafka's `options` that is not started."""
    install_tolerant_parser()
    consumer.Fetcher = _PatientFetcher
    return ReadingClient(**options)


def install_tolerant_parser() -> None:
    """Have all clients of this process read every record."""
    fetcher.MemoryRecords, fetcher.PartitionRecords = _KeptRecords, _PatientRecords
    install_limits()


class _PatientFetcher(fetcher.Fetcher):  # type: ignore[misc] # aiokafka has no types
    """A fetcher that asks for all partitions together, incrementally, unless records stay unread for `PATIENCE_S`."""

    def __init__(self, client: Any, subscriptions: Any, **options: Any) -> None:
        super().__init__(FetchSessions(client), subscriptions, **options, prefetch_backoff=PATIENCE_S)
        self._rests = False

    def rest(self) -> None:
        self._rests = True

    def go_on(self) -> None:
        if self._rests:
            self._rests = False
            self._notify(self._wait_consume_future)

    def _get_actions_per_node(self, assignment: Any) -> Any:
        """Return what the original would, at a tenth of its cost where nothing but reading on is to be done."""
        self._client.read_for(assignment)
        if self._rests:
            return [], {}, self._fetcher_timeout, False, []
        left = min((records.calculate_backoff() for records in self._records.values()), default=0)
        if left:
            return [], {}, left, False, []
        wanted = self._wanted_by_leader(assignment)
        if wanted is None:
            return super()._get_actions_per_node(assignment)
        return (
            [(leader, self._request(topics)) for leader, topics in wanted.items()],
            {},
            self._fetcher_timeout,
            False,
            [],
        )

    def _wanted_by_leader(self, assignment: Any) -> dict[int, dict[str, list[tuple[int, int, int]]]] | None:
        """Return partitions with their offsets by broker and topic; None where one is not ready to be read on.

        Paused ones are left out until the next turn after they are resumed.
        """
        leader_of, size = self._client.cluster.leader_for_partition, self._max_partition_fetch_bytes
        wanted: dict[int, dict[str, list[tuple[int, int, int]]]] = {}
        for place in assignment.tps:
            state, leader = assignment.state_value(place), leader_of(place)
            if not state.has_valid_position or leader is None or leader < 0 or place in self._records:
                return None
            if not state.paused and leader not in self._in_flight:
                topics = wanted.setdefault(leader, {})
                topics.setdefault(place.topic, []).append((place.partition, state.position, size))
        return wanted

    def _request(self, topics: dict[str, list[tuple[int, int, int]]]) -> fetcher.FetchRequest:
        limits = (self._fetch_max_wait_ms, self._fetch_min_bytes, self._fetch_max_bytes, self._isolation_level)
        return fetcher.FetchRequest(*limits, list(topics.items()), rack_id=self._client_rack or "")


class _KeptRecords(MemoryRecords):  # type: ignore[misc] # aiokafka's classes are not made for it
    """Fetched bytes that are kept for a second reading."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.data = data


class _PatientRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    """The records of one fetch; goes on tolerantly at the first that cannot be read."""

    _records: Any

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except (UnicodeDecodeError, DecompressionError, UnsupportedCodecError):
            # Records returned before are skipped by their offsets.
            self._records = _TolerantRecords(self._records.data)
            self._records_iterator = self._unpack_records()
            return super().__next__()


class _TolerantRecords(_MemoryRecordsPy):  # type: ignore[misc]
    def next_batch(self, *_: Any) -> Any:
        data = self._next_slice
        batch = super().next_batch()
        return _TolerantBatch(data) if isinstance(batch, DefaultRecordBatch) else batch


class _TolerantBatch(_DefaultRecordBatchPy):  # type: ignore[misc]
    _buffer: Any

    def __iter__(self) -> Iterator[Any]:
        try:
            self._maybe_uncompress()
        except (DecompressionError, UnsupportedCodecError) as error:
            return iter([self._stand_in(f"{self._num_records} records from offset {self.base_offset}: {error}")])
        return self

    def _stand_in(self, reason: str) -> _DefaultRecordPy:
        log.error("batch_cannot_be_read", reason=reason)
        headers = [(UNREADABLE, reason.encode())]
        return _DefaultRecordPy(self.next_offset - 1, self.max_timestamp, self.timestamp_type, None, None, headers)

    def _maybe_uncompress(self) -> None:
        if not self._decompressed:
            super()._maybe_uncompress()
            self._buffer = _TolerantBuffer(self._buffer)


class _TolerantBuffer(bytearray):
    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return _TolerantBytes(found) if isinstance(place, slice) else found


class _TolerantBytes(bytes):
    def decode(self, encoding: str = "utf-8", _errors: str = "strict") -> str:
        return super().decode(encoding, "replace")
