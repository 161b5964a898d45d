"""Segments and their versions, as stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from segmentation.domain.rules import Rule


class VersionStatus(StrEnum):
    """Status of a version of a segment."""

    PREPARING = "preparing"
    """The base is being evaluated under it; the previous version still decides the members."""
    ACTIVE = "active"
    """In force."""
    SUPERSEDED = "superseded"
    """Replaced by a newer version."""
    ARCHIVED = "archived"
    """The segment was archived while this version was in force or in preparation."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version of a segment's definition; only its status ever changes."""

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
class StoredSegment:
    """A segment without its versions."""

    segment_id: UUID
    key: str
    latest_version: int
    created_at: datetime
    archived_at: datetime | None
