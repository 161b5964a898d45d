"""SQL of segments and their versions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from lealtad.db import Connection, Row
from segmentation.definitions.models import SEGMENTS, segment_version
from segmentation.definitions.repository.rulebook import RULE
from segmentation.domain.segments import StoredSegment, StoredVersion, VersionStatus

CURRENT = (VersionStatus.ACTIVE, VersionStatus.PREPARING)


async def read_segment(connection: Connection, segment_id: UUID) -> StoredSegment:
    """Return a segment that is known to exist."""
    segment = SEGMENTS.table
    return stored_segment((await connection.execute(select(segment).where(segment.c.segment_id == segment_id))).one())


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


async def add_version(connection: Connection, new: StoredVersion) -> None:
    """Insert a version."""
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


def stored_segment(row: Row) -> StoredSegment:
    """Return the segment in a row."""
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
