"""The envelope of an event: CloudEvents 1.0 attributes, and extensions for order and traces."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from lealtad.events.cause import Cause, Lane
from lealtad.events.model import EventData

D = TypeVar("D", bound=EventData, covariant=True)  # noqa: PLC0105 - `Event[D]` reads better than `Event[D_co]`

MAX_DEPTH = 8
"""Longest chain of causes; a longer chain is a loop between services, and its event becomes a dead letter."""


@dataclass(slots=True)
class EventRef:
    """A reference to an emitted event, before the commit."""

    cause: Cause
    """The cause that events of this event inherit from."""
    type: str
    key: UUID
    recorded_at: datetime
    sequence: int | None = None
    """None until `UnitOfWork.allocate` or the commit has drawn it."""

    @property
    def id(self) -> UUID:
        """Return the event's id."""
        return self.cause.id


@dataclass(frozen=True, slots=True)
class Attributes:
    """The CloudEvents attributes of an event, and its place in its chain of causes."""

    id: UUID
    type: str
    source: str
    time: datetime
    """Time of recording (system time)."""
    key: UUID
    """The customer; without a customer, the case or object."""
    sequence: int
    """Gap-free counter per topic and key, from 1."""
    correlation_id: UUID
    causation_id: UUID | None
    depth: int
    lane: Lane
    traceparent: str | None
    """None when the header is invalid: a record is not refused because of its trace."""


@dataclass(frozen=True, slots=True)
class Event(Attributes, Generic[D]):
    """A consumed event: attributes, data and position."""

    data: D
    topic: str
    partition: int
    offset: int

    @property
    def cause(self) -> Cause:
        """Return the cause that events of this event inherit from."""
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
