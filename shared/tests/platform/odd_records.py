"""Records as no decent producer sends them: with header names that are no UTF-8."""

from collections.abc import Sequence
from typing import Any, Self

from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy  # what our producer cannot send, this can

from .conftest import Bus

GZIP = 1


class RawName(str):  # noqa: SLOT000 - it has an attribute of its own
    """The name of a header, in bytes of its own."""

    raw: bytes

    def __new__(cls, raw: bytes) -> Self:
        name = super().__new__(cls, repr(raw))
        name.raw = raw
        return name

    def encode(self, *_: Any) -> bytes:
        return self.raw


def batch_of(records: Sequence[Any], compression: int = 0) -> bytes:
    """Return one batch as it goes over the wire; a record is (key, value, headers)."""
    builder = _DefaultRecordBatchBuilderPy(2, compression, 0, -1, -1, 0, 1_000_000)
    for offset, (key, value, headers) in enumerate(records):
        builder.append(offset, None, key, value, list(headers))
    return bytes(builder.build())


async def send_in_one_batch(bus: Bus, topic: str, records: Sequence[Any]) -> None:
    """Publish records in one batch to the first partition of a topic."""
    batch = bus.producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 1_000_000)
    for key, value, headers in records:
        batch.append(timestamp=None, key=key, value=value, headers=list(headers))
    await (await bus.producer.send_batch(batch, f"{bus.prefix}.{topic}", partition=0))
