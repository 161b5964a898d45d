"""What an event inherits from what led to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Lane(StrEnum):
    """Which traffic an event belongs to; what backfill causes never leads to a contact."""

    LIVE = "live"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class Cause:
    """What an event inherits from the event, or the due action, that led to it."""

    id: UUID
    correlation_id: UUID
    depth: int
    roots: tuple[UUID, ...]
    """Root facts behind it; at most 64 are known by id."""
    root_count: int
    lane: Lane = Lane.LIVE
    traceparent: str | None = None

    @classmethod
    def root(cls, id: UUID, traceparent: str | None = None) -> "Cause":  # noqa: A002 - the field's name
        """Return the cause that a due action or a request is: its own root, at depth 0."""
        return cls(id=id, correlation_id=id, depth=0, roots=(id,), root_count=1, traceparent=traceparent)


def lane_of(causes: Sequence[Cause]) -> Lane:
    """Return the lane of what `causes` lead to together: backfill only if nothing live is among them."""
    return Lane.BACKFILL if causes and all(cause.lane is Lane.BACKFILL for cause in causes) else Lane.LIVE
