"""A segment and its versions, as they are stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from segmentation.domain.rules import Rule


class VersionStatus(StrEnum):
    """Where a version of a segment stands."""

    PREPARING = "preparing"
    """The base is being evaluated under it; members are still those of the version before."""
    ACTIVE = "active"
    """In force."""
    SUPERSEDED = "superseded"
    """A newer version took its place."""
    ARCHIVED = "archived"
    """The segment was archived while this version was in force or in preparation."""


@dataclass(frozen=True, slots=True)
class SegmentVersion:
    """One version of a segment's definition; it never changes, only its status does."""

    segment_id: UUID
    version: int
    status: VersionStatus
    name: str
    description: str
    rule: Rule
    created_at: datetime
    active_since: datetime | None
    """None: not yet, or shipped with the service."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment."""

    segment_id: UUID
    key: str
    latest_version: int
    created_at: datetime
    archived_at: datetime | None
