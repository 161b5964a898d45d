"""Encoding of events: CloudEvents 1.0 in Kafka's binary mode (headers `ce_*`; the value is only the data)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from lealtad.events import catalog as _catalog  # noqa: F401 - registers every type
from lealtad.events.attributes import SEQUENCE, SEQUENCE_DIGITS, DecodeError, attributes_of
from lealtad.events.cause import Cause
from lealtad.events.envelope import MAX_DEPTH, Attributes, Event
from lealtad.events.model import CATALOG, EventData

MAX_EVENT_BYTES = 256 * 1024


class EventTooLargeError(ValueError):
    """The data of an event are larger than 256 KiB."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a topic, before it is decoded."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    value: bytes | None

    @property
    def type(self) -> str | None:
        """Return the CloudEvents type in the headers, or None."""
        encoded = next((value for name, value in self.headers if name == "ce_type"), None)
        return encoded.decode("utf-8", "replace") if encoded is not None else None


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
    """Return the headers of an event, which is `cause` for other events and was caused by `causation_id`.

    Without a sequence, the caller adds the header `SEQUENCE` with `SEQUENCE_DIGITS` after the draw.
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
    """Parse `record` and return its event; raise DecodeError with the reason when that is impossible."""
    model = CATALOG.get(record.type or "")
    if model is None:
        raise DecodeError("unknown event type" if record.type else "unknown event type: the record says none")
    if record.topic not in {model.topic.name, model.topic.backfill and model.topic.backfill.name}:
        raise DecodeError(f"{model.type} belongs on {model.topic.name}")
    if record.value is None:
        raise DecodeError("the record has no value")
    attributes = attributes_of(record.key, record.headers)
    if attributes.depth > MAX_DEPTH:
        raise DecodeError(f"causation depth {attributes.depth} is outside 0 to {MAX_DEPTH}: a loop between services")
    return _event(record, attributes, _data(model, record.value))


def _data(model: type[EventData], value: bytes) -> EventData:
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        raise DecodeError(_first_errors(error)) from error
    except Exception as error:  # an error of a validator fails the record, not the reader
        raise DecodeError(f"the data cannot be read: {type(error).__name__}") from error


def _event(record: Record, attributes: Attributes, data: EventData) -> Event[EventData]:
    return Event(
        **{name: getattr(attributes, name) for name in Attributes.__slots__},
        data=data,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
    )


def _first_errors(error: ValidationError, limit: int = 5) -> str:
    """Return the paths and messages of errors without the values, which may be personal."""
    found: Iterable[str] = (
        f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_input=False)[:limit]
    )
    return "; ".join(found)
