"""The client that reads records: also those whose header names are not UTF-8, and all partitions at any time.

The broker takes any bytes for a name. aiokafka's parser raises UnicodeDecodeError there, at every attempt, so that one
such record would end its readers for ever (seen with 0.14). Here the fetched bytes are then parsed once more by its
parser in Python, which is given bytes that decode with replacement; all other records go the usual way. What is
replaced are two names in its module `fetcher`; a test reads such records from a broker.

aiokafka asks a broker by one request at a time. While some partitions hold records that were not taken yet it asks,
after 0.1 s, for the others alone, and a record that then arrives in one of the first is not seen until that request
ends, half a second later. Here it waits longer for records to be taken, and asks for all partitions at once.
"""

from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy

PATIENCE_S = 2.0
"""A batch rarely takes so long."""


class ReadingClient(AIOKafkaConsumer):  # type: ignore[misc] # aiokafka has no types
    """aiokafka's client, which asks for all partitions together unless records are left lying for `PATIENCE_S`."""

    async def start(self) -> None:
        """Start as aiokafka's does."""
        await super().start()
        self._fetcher._prefetch_backoff = PATIENCE_S  # noqa: SLF001 - it has no option for it


def create_reading_client(**options: Any) -> AIOKafkaConsumer:
    """Return a client with aiokafka's `options` that is not started."""
    install_tolerant_parser()
    return ReadingClient(**options)


def install_tolerant_parser() -> None:
    """Have all clients of this process read every record."""
    fetcher.MemoryRecords, fetcher.PartitionRecords = _KeptRecords, _PatientRecords


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
        except UnicodeDecodeError:
            # What was given out before is skipped by its offset.
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
