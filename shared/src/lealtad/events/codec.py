"""Events on the wire: CloudEvents 1.0 in Kafka's binary mode (headers `ce_*`, the value is the data alone)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from lealtad.events import catalog as _catalog  # noqa: F401 - registers every type
from lealtad.events.cause import Cause, Lane
from lealtad.events.envelope import MAX_DEPTH, Event
from lealtad.events.model import CATALOG, EventData

MAX_EVENT_BYTES = 256 * 1024
SEQUENCE = "ce_sequence"
SEQUENCE_DIGITS = 20


class EventTooLargeError(ValueError):
    """The data of an event are larger than 256 KiB."""


class DecodeError(ValueError):
    """A record is no event that this reader can understand."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stood on a topic, before it is understood."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    value: bytes | None

    @property
    def type(self) -> str | None:
        """The CloudEvents type its headers claim, if any."""
        claimed = next((value for name, value in self.headers if name == "ce_type"), None)
        return claimed.decode("utf-8", "replace") if claimed is not None else None


def encode_data(data: EventData) -> bytes:
    """Return the value of the record of `data`; raise EventTooLargeError above 256 KiB."""
    value = data.model_dump_json().encode()
    if len(value) > MAX_EVENT_BYTES:
        raise EventTooLargeError(f"{data.type} has {len(value)} bytes, at most {MAX_EVENT_BYTES} are allowed")
    return value


def encode_headers(
    *,
    cause: Cause,
    causation_id: UUID | None,
    type_: str,
    source: str,
    key: UUID,
    sequence: int | None,
    recorded_at: datetime,
) -> dict[str, str]:
    """Return the headers of an event that is `cause` for others and was itself caused by `causation_id`.

    Without a sequence, it has to be added once it is drawn, as `SEQUENCE` with `SEQUENCE_DIGITS`.
    """
    headers = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": str(cause.id),
        "ce_type": type_,
        "ce_source": f"/lealtad/{source}",
        "ce_time": recorded_at.isoformat(),
        "ce_partitionkey": str(key),
        "ce_correlationid": str(cause.correlation_id),
        "ce_causationdepth": str(cause.depth),
        "ce_lane": cause.lane.value,
    }
    if sequence is not None:
        headers[SEQUENCE] = f"{sequence:0{SEQUENCE_DIGITS}d}"
    if causation_id is not None:
        headers["ce_causationid"] = str(causation_id)
    if cause.traceparent is not None:
        headers["ce_traceparent"] = cause.traceparent
    return headers


def decode(record: Record) -> Event[EventData]:
    """Understand `record`; raise DecodeError with the reason where that is impossible."""
    try:
        headers = {name: value.decode() for name, value in record.headers}
    except UnicodeDecodeError as error:
        raise DecodeError(f"a header is not UTF-8: {error.reason}") from error
    model = CATALOG.get(headers.get("ce_type", ""))
    if model is None:
        raise DecodeError(f"unknown event type {headers.get('ce_type')!r}")
    if record.value is None:
        raise DecodeError("the record has no value")
    try:
        return _event(record, headers, model.model_validate_json(record.value))
    except ValidationError as error:
        raise DecodeError(_first_errors(error)) from error
    except (KeyError, ValueError) as error:
        raise DecodeError(f"bad header: {error}") from error


def _event(record: Record, headers: Mapping[str, str], data: EventData) -> Event[EventData]:
    depth = int(headers["ce_causationdepth"])
    if not 0 <= depth <= MAX_DEPTH:
        raise ValueError(f"causation depth {depth} is outside 0 to {MAX_DEPTH}: a loop between services")
    key = UUID(headers["ce_partitionkey"])
    if record.key != str(key).encode():
        raise ValueError("the record's key and ce_partitionkey differ")
    causation = headers.get("ce_causationid")
    return Event(
        id=UUID(headers["ce_id"]),
        type=headers["ce_type"],
        source=headers["ce_source"],
        time=datetime.fromisoformat(headers["ce_time"]),
        key=key,
        sequence=int(headers[SEQUENCE]),
        correlation_id=UUID(headers["ce_correlationid"]),
        causation_id=UUID(causation) if causation else None,
        depth=depth,
        lane=Lane(headers.get("ce_lane", Lane.LIVE)),
        traceparent=headers.get("ce_traceparent"),
        data=data,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
    )


def _first_errors(error: ValidationError, limit: int = 5) -> str:
    """Name places and kinds of errors without the values, which may be personal."""
    found: Iterable[str] = (
        f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_input=False)[:limit]
    )
    return "; ".join(found)
