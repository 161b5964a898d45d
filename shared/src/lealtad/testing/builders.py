"""Builders of consumed events."""

from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from lealtad.clock import system_now
from lealtad.events.cause import Cause, Lane
from lealtad.events.codec import Record, encode_data, encode_headers
from lealtad.events.envelope import Event
from lealtad.events.model import EventData
from lealtad.ids import new_id

D = TypeVar("D", bound=EventData)


def an_event(
    data: D,
    *,
    key: UUID,
    sequence: int = 1,
    event_id: UUID | None = None,
    lane: Lane = Lane.LIVE,
    partition: int = 0,
    offset: int = 0,
) -> Event[D]:
    """Return a consumed event with `data`; the event is its own root cause unless `data` names causes."""
    identity = event_id or new_id()
    return Event(
        id=identity,
        type=data.type,
        source=f"/lealtad/{data.topic.producer}",
        time=system_now(),
        key=key,
        sequence=sequence,
        correlation_id=identity,
        causation_id=None,
        depth=0,
        lane=lane,
        traceparent=None,
        data=data,
        topic=data.topic.in_lane(lane).name,
        partition=partition,
        offset=offset,
    )


def loaded(event: Event[D]) -> Event[D]:
    """Return `event` in the lane of a backfill."""
    return replace(event, lane=Lane.BACKFILL, topic=event.data.topic.in_lane(Lane.BACKFILL).name)


def a_record(event: Event[EventData]) -> Record:
    """Return the record of `event` on its topic."""
    cause = Cause(event.id, event.correlation_id, event.depth, (event.id,), 1, event.lane, event.traceparent)
    headers = encode_headers(
        cause=cause,
        causation_id=event.causation_id,
        type_=event.type,
        source=event.data.topic.producer,
        key=event.key,
        sequence=event.sequence,
        recorded_at=event.time,
    )
    return Record(
        topic=event.topic,
        partition=event.partition,
        offset=event.offset,
        key=str(event.key).encode(),
        headers=tuple((name, value.encode()) for name, value in headers.items()),
        value=encode_data(event.data),
    )
