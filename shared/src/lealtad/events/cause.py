"""Causes of events, and the lane that an event inherits."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Lane(StrEnum):
    """The lane of an event: live traffic or backfill. Events of a backfill never lead to a contact."""

    LIVE = "live"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class Cause:
    """The attributes that an event inherits from the event, or the due action, that caused it."""

    id: UUID
    correlation_id: UUID
    depth: int
    roots: tuple[UUID, ...]
    """Ids of the root facts, at most 64."""
    root_count: int
    lane: Lane = Lane.LIVE
    traceparent: str | None = None

    @classmethod
    def root(cls, id: UUID, traceparent: str | None = None) -> "Cause":  # noqa: A002 - the field's name
        """Return the cause of a due action or a request, which is its own root, at depth 0."""
        return cls(id=id, correlation_id=id, depth=0, roots=(id,), root_count=1, traceparent=traceparent)


def lane_of(causes: Sequence[Cause]) -> Lane:
    """Return the lane of an event with these `causes`: backfill only if no cause is live."""
    return Lane.BACKFILL if causes and all(cause.lane is Lane.BACKFILL for cause in causes) else Lane.LIVE
