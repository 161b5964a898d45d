"""Records as no decent producer sends them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self
from uuid import UUID

from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy  # what our producer cannot send, this can

from lealtad.events.codec import Record
from lealtad.events.model import EventData
from lealtad.ids import new_id
from lealtad.testing.builders import a_record, an_event

from .conftest import Bus
from .echo import a_score
from .publishing import NOW, a_purchase

GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4

Oddity = Callable[[Record], Record]


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
    builder = _DefaultRecordBatchBuilderPy(2, compression, 0, -1, -1, 0, 1 << 26)
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


def saying(name: str, value: bytes | None) -> Oddity:
    """Give a record another value of a header."""
    return lambda record: replace(record, headers=(*(one for one in record.headers if one[0] != name), (name, value)))


def _without(name: str) -> Oddity:
    return lambda record: replace(record, headers=tuple(one for one in record.headers if one[0] != name))


def _keyed(key: bytes | None) -> Oddity:
    return lambda record: replace(record, key=key)


SAID: dict[str, list[bytes | None]] = {
    "ce_id": [None, b"", b"1", b"{0190a5d0-ac96-774b-bcce-b302099a8057}", b"0190A5D0-AC96-774B-BCCE-B302099A8057"],
    "ce_type": [b"", b"\0", b"\xff", b"[/red]"],
    "ce_source": [None, b"", b"churn-scoring", b"/lealtad/" + b"x" * 100_000],
    "ce_time": [
        None,
        b"",
        b"now",
        b"0001-01-01T00:00:00+00:00",
        b"0001-01-01T00:00:00+14:00",
        b"9999-12-31T23:59:59.999999-14:00",
        b"9999-12-31T23:59:59.999999Z",
        b"2011-03-01T09:00:00",
        b"2011-W09-2",
        b"-infinity",
    ],
    "ce_partitionkey": [None, b"", b"1", b"\xff", b"00000000-0000-0000-0000-000000000000"],
    "ce_sequence": [
        None,
        b"",
        b"-0000000000000000001",
        b"00000000000000000000",
        b"99999999999999999999",
        b"9" * 5000,
        b"1",
        b"0000000000000000001_1",
        "\u0661".encode() * 20,
        b"NaN",
    ],
    "ce_correlationid": [None, b"", b"1", b"\0"],
    "ce_causationid": [b"1", b"\xff", None],
    "ce_causationdepth": [None, b"", b"-1", b"9", b"9999999999", b"1e3", b"0x0"],
    "ce_lane": [b"", b"fast", b"LIVE", None],
    "ce_traceparent": [b"\xff", b"\0"],
}
ODDITIES: dict[str, Oddity] = {
    **{f"{name} {number}": saying(name, value) for name, some in SAID.items() for number, value in enumerate(some)},
    **{f"no {name}": _without(name) for name in SAID if name not in {"ce_causationid", "ce_lane", "ce_traceparent"}},
    "id twice": lambda record: replace(record, headers=(*record.headers, ("ce_id", b"1"))),
    "no key": _keyed(None),
    "an empty key": _keyed(b""),
    "another key": _keyed(b"\xff\0"),
    "no headers": lambda record: replace(record, headers=()),
    "no value": lambda record: replace(record, value=None),
    "a value that is no JSON": lambda record: replace(record, value=b"\xff"),
    "a value without end": lambda record: replace(record, value=b"[" * 100_000),
    "a number without end": lambda record: replace(record, value=b'{"customer_id": ' + b"1" * 10_000 + b"}"),
}


def odd_purchases() -> list[Record]:
    """Return a purchase with each oddity."""
    return [
        oddity(_record(a_purchase(key := new_id()), key, offset)) for offset, oddity in enumerate(ODDITIES.values())
    ]


def odd_scores() -> list[Record]:
    """Return a score with each oddity."""
    return [
        oddity(_record(a_score(key := new_id(), 1, NOW, []), key, offset))
        for offset, oddity in enumerate(ODDITIES.values())
    ]


def _record(data: EventData, key: UUID, offset: int) -> Record:
    return a_record(an_event(data, key=key, offset=offset))


async def send(bus: Bus, records: Sequence[Record]) -> None:
    """Publish records one by one, those without a key too."""
    for record in records:
        await bus.producer.send_and_wait(
            f"{bus.prefix}.{record.topic}",
            key=record.key,
            value=record.value,
            headers=list(record.headers),
            partition=0,
        )
