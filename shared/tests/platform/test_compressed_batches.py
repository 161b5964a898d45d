"""Batches are read however they are compressed; one that cannot be decompressed costs at most itself."""

import struct

import pytest
from aiokafka.record.default_records import DefaultRecordBase
from aiokafka.record.util import calc_crc32c

from lealtad.kafka.client.decompression import MOST_BYTES
from lealtad.kafka.client.reading_client import UNREADABLE

from .odd_records import GZIP, LZ4, SNAPPY, ZSTD, batch_of
from .test_odd_headers import ODD, read

CODECS = pytest.mark.parametrize("codec", [GZIP, SNAPPY, LZ4, ZSTD], ids=["gzip", "snappy", "lz4", "zstd"])
UNKNOWN_CODEC = 7


def at_offset(batch: bytes, offset: int) -> bytes:
    """Return a batch as it stands on a topic behind others."""
    return struct.pack(">q", offset) + batch[8:]


def sealed(batch: bytearray) -> bytes:
    """Return a batch with the checksum of what it holds."""
    checksum = calc_crc32c(batch[DefaultRecordBase.ATTRIBUTES_OFFSET :])
    struct.pack_into(">I", batch, DefaultRecordBase.CRC_OFFSET, checksum)
    return bytes(batch)


@CODECS
def test_all_that_kafka_compresses_is_read(codec: int) -> None:
    records = [(b"%d" % number, b"value" * number, [("name", b"1")]) for number in range(50)]
    found = read(batch_of(records, codec))
    assert [(record.key, record.value) for record in found] == [(key, value) for key, value, _ in records]


@CODECS
def test_a_batch_that_holds_more_than_is_read_is_one_unreadable_record_at_its_end(codec: int) -> None:
    bomb = batch_of([(b"key", bytes(MOST_BYTES), []), (b"key", b"", [])], codec)
    assert len(bomb) < MOST_BYTES / 10

    found = read(bomb + at_offset(batch_of([(b"after", b"", [])]), 2))

    assert [(record.offset, record.key) for record in found] == [(1, None), (2, b"after")]
    assert [name for name, _ in found[0].headers] == [UNREADABLE]


@CODECS
def test_bytes_that_cannot_be_decompressed_are_one_unreadable_record(codec: int) -> None:
    broken = bytearray(batch_of([(b"key", b"value" * 100, [])] * 3, codec))
    broken[DefaultRecordBase.HEADER_STRUCT.size :] = b"\xff" * (len(broken) - DefaultRecordBase.HEADER_STRUCT.size)

    found = read(sealed(broken) + at_offset(batch_of([(b"after", b"", [ODD])]), 3))

    assert [(record.offset, record.key) for record in found] == [(2, None), (3, b"after")]


def test_a_codec_that_nobody_knows_is_one_unreadable_record() -> None:
    batch = bytearray(batch_of([(b"key", b"value", [])]))
    struct.pack_into(">h", batch, DefaultRecordBase.ATTRIBUTES_OFFSET, UNKNOWN_CODEC)

    assert [record.key for record in read(sealed(batch))] == [None]


def test_reading_that_begins_behind_an_unreadable_batch_does_not_meet_it_again() -> None:
    bomb = batch_of([(b"key", bytes(MOST_BYTES), [])] * 2, ZSTD)

    assert read(bomb, position=2) == []
