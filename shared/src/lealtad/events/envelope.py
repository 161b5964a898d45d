"""The envelope of an event: CloudEvents 1.0 attributes and the extensions that order and trace it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from lealtad.events.cause import Cause, Lane
from lealtad.events.model import EventData

D = TypeVar("D", bound=EventData, covariant=True)  # noqa: PLC0105 - `Event[D]` reads better than `Event[D_co]`

MAX_DEPTH = 8
"""A chain of causes longer than this is a loop between services; the event is dead-lettered."""


@dataclass(slots=True)
class EventRef:
    """An emitted event, as its emitter knows it before the commit."""

    cause: Cause
    """What an event that this one leads to inherits."""
    type: str
    key: UUID
    recorded_at: datetime
    sequence: int | None = None
    """Known once `UnitOfWork.allocate` or the commit has drawn it."""

    @property
    def id(self) -> UUID:
        """The event's id."""
        return self.cause.id


@dataclass(frozen=True, slots=True)
class Event(Generic[D]):
    """A consumed event: envelope, data and where it stood."""

    id: UUID
    type: str
    source: str
    time: datetime
    """When it was recorded (system time)."""
    key: UUID
    """The customer, or the case or object where there is none."""
    sequence: int
    """Gap-free counter per topic and key, from 1."""
    correlation_id: UUID
    causation_id: UUID | None
    depth: int
    lane: Lane
    traceparent: str | None
    data: D
    topic: str
    partition: int
    offset: int

    @property
    def cause(self) -> Cause:
        """What an event that this one leads to inherits."""
        causes = getattr(self.data, "causes", None)
        roots = tuple(causes.ids) if causes and causes.ids else (self.id,)
        return Cause(
            id=self.id,
            correlation_id=self.correlation_id,
            depth=self.depth,
            roots=roots,
            root_count=causes.count if causes and causes.ids else 1,
            lane=self.lane,
            traceparent=self.traceparent,
        )
