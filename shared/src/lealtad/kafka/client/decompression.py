"""Decompress batches of records up to a limit: some kilobytes can hold gigabytes, which would end any reader."""

import struct
import zlib
from collections.abc import Callable, Iterator

import cramjam
from aiokafka.record import default_records
from aiokafka.record._crecords import default_records as compiled_records

MOST_BYTES = 8 << 20
"""A topic takes batches of 1 MiB, and our own are not compressed: what a broker compressed anew fits many times."""

XERIAL = b"\x82SNAPPY\x00"
XERIAL_HEADER_BYTES = 16
"""Snappy of Java clients: this header, then blocks, each behind its length."""

Decompress = Callable[[bytes], bytes]


class DecompressionError(ValueError):
    """A batch cannot be decompressed, or holds more than is read."""


def install_limits() -> None:
    """Have all clients of this process decompress no more than `MOST_BYTES` of a batch."""
    for module in (default_records, compiled_records):
        for codec, decompress in DECOMPRESSORS.items():
            setattr(module, f"{codec}_decode", _limited(codec, decompress))


def _limited(codec: str, decompress: Decompress) -> Callable[[bytes | memoryview], bytes]:
    def decode(payload: bytes | memoryview) -> bytes:
        try:
            return decompress(bytes(payload))
        except Exception as error:
            raise DecompressionError(f"{codec}: not decompressed to at most {MOST_BYTES} bytes") from error

    return decode


def _gzip(payload: bytes) -> bytes:
    found = bytearray()
    while payload:
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        found += member.decompress(payload, MOST_BYTES + 1 - len(found))
        if not member.eof:
            raise DecompressionError
        payload = member.unused_data
    return bytes(found)


def _snappy(payload: bytes) -> bytes:
    blocks = list(_xerial_blocks(payload)) if payload.startswith(XERIAL) else [payload]
    if sum(map(cramjam.snappy.decompress_raw_len, blocks)) > MOST_BYTES:
        raise DecompressionError
    return b"".join(bytes(cramjam.snappy.decompress_raw(block)) for block in blocks)


def _xerial_blocks(payload: bytes) -> Iterator[bytes]:
    at = XERIAL_HEADER_BYTES
    while at < len(payload):
        (length,) = struct.unpack_from(">I", payload, at)
        at += 4
        yield payload[at : at + length]
        at += length


def _lz4(payload: bytes) -> bytes:
    found = bytearray(MOST_BYTES)
    return bytes(memoryview(found)[: cramjam.lz4.decompress_into(payload, found)])


def _zstd(payload: bytes) -> bytes:
    found = bytearray(MOST_BYTES)
    return bytes(memoryview(found)[: cramjam.zstd.decompress_into(payload, found)])


DECOMPRESSORS: dict[str, Decompress] = {"gzip": _gzip, "snappy": _snappy, "lz4": _lz4, "zstd": _zstd}
