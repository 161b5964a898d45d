"""Parsing of the headers of a record; all readers of records use this module.

Any client of a broker can send any bytes. Readers use only the attributes from here, so an invalid record affects no
other record: no reader sees a header that is missing, repeated, out of range, or no text.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from lealtad.events.cause import Lane
from lealtad.events.envelope import Attributes
from lealtad.observability.tracing import TraceContext

PREFIX = "ce_"
SEQUENCE = "ce_sequence"
SEQUENCE_DIGITS = 20
LARGEST_SEQUENCE = 10**15
"""Largest accepted sequence. Counters continue after published numbers, so a larger number would exhaust them."""

# Range of the producer's system time. No event was recorded outside, and such times break a database or a driver.
RECORDED_FROM = datetime(2000, 1, 1, tzinfo=UTC)
RECORDED_BEFORE = datetime(3000, 1, 1, tzinfo=UTC)

CONTENT_TYPE = "content-type"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TYPE = re.compile(r"[a-z0-9.-]{1,100}")
_SOURCE = re.compile(r"/lealtad/[a-z0-9-]{1,100}")
_SEQUENCE = re.compile(rf"[0-9]{{{SEQUENCE_DIGITS}}}")
_DEPTH = re.compile(r"[0-9]{1,3}")
_TRACEPARENT_LENGTH = 55


class DecodeError(ValueError):
    """A record is no event that this reader understands; the reason repeats nothing of its content."""


def attributes_of(key: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> Attributes:
    """Return the attributes in the headers of a record; raise DecodeError when they are not those of an event.

    Headers of other tools are ignored.
    """
    texts = texts_of(headers)
    partition_key = _uuid(texts, "ce_partitionkey")
    if key != str(partition_key).encode():
        raise DecodeError("the record's key and ce_partitionkey differ")
    return Attributes(
        id=_uuid(texts, "ce_id"),
        type=_matching(texts, "ce_type", _TYPE),
        source=_matching(texts, "ce_source", _SOURCE),
        time=_time(texts),
        key=partition_key,
        sequence=_sequence(texts),
        correlation_id=_uuid(texts, "ce_correlationid"),
        causation_id=_uuid(texts, "ce_causationid") if "ce_causationid" in texts else None,
        depth=int(_matching(texts, "ce_causationdepth", _DEPTH)),
        lane=_lane(texts),
        traceparent=_traceparent(texts),
    )


def texts_of(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Return the headers of an event by name; raise DecodeError for one that is no text, or repeated."""
    texts: dict[str, str] = {}
    for name, value in headers:
        if not name.startswith(PREFIX) and name != CONTENT_TYPE:
            continue
        if name in texts:
            raise DecodeError("a header is there twice")
        texts[name] = _text(value)
    return texts


def _text(value: bytes | None) -> str:
    if value is None:
        raise DecodeError("a header has no value")
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        raise DecodeError(f"a header is not UTF-8: {error.reason}") from None
    if "\0" in text:
        raise DecodeError("a header holds NUL")
    return text


def _required(texts: Mapping[str, str], name: str) -> str:
    if name not in texts:
        raise DecodeError(f"bad header: {name} is missing")
    return texts[name]


def _matching(texts: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    text = _required(texts, name)
    if not pattern.fullmatch(text):
        raise DecodeError(f"bad header: {name} is not written as the contract says")
    return text


def _uuid(texts: Mapping[str, str], name: str) -> UUID:
    return UUID(_matching(texts, name, _UUID))


def _time(texts: Mapping[str, str]) -> datetime:
    text = _required(texts, "ce_time")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DecodeError("bad header: ce_time is no time") from None
    if moment.tzinfo is None or not RECORDED_FROM <= moment < RECORDED_BEFORE:
        raise DecodeError("bad header: ce_time has no offset, or lies where no event was recorded")
    return moment.astimezone(UTC)


def _sequence(texts: Mapping[str, str]) -> int:
    number = int(_matching(texts, SEQUENCE, _SEQUENCE))
    if not 0 < number <= LARGEST_SEQUENCE:
        raise DecodeError(f"bad header: {SEQUENCE} is outside 1 to {LARGEST_SEQUENCE}")
    return number


def _lane(texts: Mapping[str, str]) -> Lane:
    try:
        return Lane(texts.get("ce_lane", Lane.LIVE))
    except ValueError:
        raise DecodeError("bad header: ce_lane is none that exists") from None


def _traceparent(texts: Mapping[str, str]) -> str | None:
    text = texts.get("ce_traceparent")
    return text if text and len(text) == _TRACEPARENT_LENGTH and TraceContext.parse(text) else None
