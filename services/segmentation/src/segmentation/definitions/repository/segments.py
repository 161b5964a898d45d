"""SQL of segments and their versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from lealtad.db import Connection, Row
from segmentation.definitions.models import segment, segment_version
from segmentation.definitions.repository.rulebook import RULE
from segmentation.domain.segments import StoredSegment, StoredVersion, VersionStatus

CURRENT = (VersionStatus.ACTIVE, VersionStatus.PREPARING)


async def find_segment(connection: Connection, ref: UUID | str, *, lock: bool = False) -> StoredSegment | None:
    """Return the segment with this id or key, locked where `lock` asks for it; None where there is none."""
    column = segment.c.segment_id if isinstance(ref, UUID) else segment.c.key
    query = select(segment).where(column == ref)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else _segment(row)


async def read_segment(connection: Connection, segment_id: UUID) -> StoredSegment:
    """Return a segment that is known to exist."""
    row = (await connection.execute(select(segment).where(segment.c.segment_id == segment_id))).one()
    return _segment(row)


async def list_segments(
    connection: Connection, after: str | None, limit: int, *, archived: bool
) -> list[StoredSegment]:
    """Return segments by ascending key."""
    query = select(segment).order_by(segment.c.key).limit(limit)
    query = query.where(segment.c.archived_at.is_not(None) if archived else segment.c.archived_at.is_(None))
    if after is not None:
        query = query.where(segment.c.key > after)
    return [_segment(row) for row in await connection.execute(query)]


async def list_versions(
    connection: Connection, segment_ids: Sequence[UUID], statuses: Sequence[VersionStatus] = CURRENT
) -> list[StoredVersion]:
    """Return the versions of these segments that have one of `statuses`, by ascending version."""
    columns = segment_version.c
    query = select(segment_version).where(
        columns.segment_id.in_(segment_ids), columns.status.in_([status.value for status in statuses])
    )
    rows = await connection.execute(query.order_by(columns.segment_id, columns.version))
    return [_version(row) for row in rows]


async def add_segment(connection: Connection, new: StoredSegment) -> bool:
    """Insert a segment; return False where its key is taken."""
    values = {"key": new.key, "latest_version": new.latest_version, "created_at": new.created_at}
    unless_taken = insert(segment).on_conflict_do_nothing(index_elements=[segment.c.key])
    return await connection.affected(unless_taken.values(segment_id=new.segment_id, **values)) == 1


async def add_version(connection: Connection, new: StoredVersion) -> None:
    """Insert a version, and make it the segment's latest."""
    await connection.execute(
        insert(segment_version).values(
            segment_id=new.segment_id,
            version=new.version,
            status=new.status.value,
            name=new.name,
            description=new.description,
            rule=RULE.dump_python(new.rule, mode="json"),
            created_at=new.created_at,
        )
    )
    newest = update(segment).where(segment.c.segment_id == new.segment_id)
    await connection.execute(newest.values(latest_version=new.version))


async def set_status(
    connection: Connection,
    segment_id: UUID,
    statuses: Sequence[VersionStatus],
    status: VersionStatus,
    **values: Any,
) -> None:
    """Update the versions of a segment that have one of `statuses` to `status`."""
    columns = segment_version.c
    chosen = columns.segment_id == segment_id, columns.status.in_([item.value for item in statuses])
    await connection.execute(update(segment_version).where(*chosen).values(status=status.value, **values))


async def archive_segment(connection: Connection, segment_id: UUID, at: datetime) -> None:
    """Update a segment as archived."""
    await connection.execute(update(segment).where(segment.c.segment_id == segment_id).values(archived_at=at))


def _segment(row: Row) -> StoredSegment:
    return StoredSegment(row.segment_id, row.key, row.latest_version, row.created_at, row.archived_at)


def _version(row: Row) -> StoredVersion:
    return StoredVersion(
        segment_id=row.segment_id,
        version=row.version,
        status=VersionStatus(row.status),
        name=row.name,
        description=row.description,
        rule=RULE.validate_python(row.rule),
        created_at=row.created_at,
        active_since=row.active_since,
    )
