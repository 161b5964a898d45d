"""Queries of segments and their versions."""

from uuid import UUID

from lealtad.http import Answer, FieldWarning, Page, PageQuery
from lealtad.unit_of_work import UnitOfWork
from segmentation.customer_base.repository.customers import count_members
from segmentation.definitions.models import SEGMENTS
from segmentation.definitions.preparation.repository import count_evaluated
from segmentation.definitions.repository import segments as repository
from segmentation.definitions.schemas import ChangedSegment, Segment, SegmentVersion
from segmentation.domain.segments import StoredSegment, VersionStatus


async def find_segment(uow: UnitOfWork, ref: UUID | str) -> StoredSegment:
    """Return the segment with this id or key; raise 404 where there is none."""
    return repository.stored_segment(await SEGMENTS.existing(uow.connection, ref))


async def read_segment(uow: UnitOfWork, ref: UUID | str) -> Answer:
    """Return one segment."""
    return await segment_answer(uow, await find_segment(uow, ref))


async def segment_answer(uow: UnitOfWork, segment: StoredSegment) -> Answer:
    """Return the answer that shows a segment, with its number of members."""
    return Answer(await _with_members(uow, segment), etag=segment.latest_version)


async def changed_answer(
    uow: UnitOfWork, segment: StoredSegment, warnings: list[FieldWarning], status: int = 200
) -> Answer:
    """Return the answer to a new version of a segment, with warnings about its rule."""
    shown = await _with_members(uow, segment)
    body = ChangedSegment.model_validate({**dict(shown), "warnings": warnings})
    return Answer(body, status=status, etag=segment.latest_version)


async def _with_members(uow: UnitOfWork, segment: StoredSegment) -> Segment:
    connection, segment_id = uow.connection, segment.segment_id
    versions = await repository.list_versions(connection, [segment_id])
    evaluated = await count_evaluated(connection, [segment_id])
    members = await count_members(connection, [segment_id])
    return Segment.of(segment, versions, evaluated.get(segment_id), members.get(segment_id, 0))


async def list_segments(uow: UnitOfWork, query: PageQuery, *, archived: bool, sizes: bool) -> Page[Segment]:
    """Return segments by ascending key; count their members only where `sizes` asks for it."""
    connection, archived_at = uow.connection, SEGMENTS.table.c.archived_at
    rows = await SEGMENTS.page(connection, query, archived_at.is_not(None) if archived else archived_at.is_(None))
    ids = [row.segment_id for row in rows]
    versions = await repository.list_versions(connection, ids)
    evaluated = await count_evaluated(connection, ids)
    members = await count_members(connection, ids) if sizes else {}
    return Page.of(
        rows,
        query.limit,
        SEGMENTS.cursor_of,
        lambda row: Segment.of(
            repository.stored_segment(row),
            [version for version in versions if version.segment_id == row.segment_id],
            evaluated.get(row.segment_id),
            members.get(row.segment_id, 0) if sizes else None,
        ),
    )


async def list_versions(uow: UnitOfWork, ref: UUID | str) -> Answer:
    """Return all versions of a segment, oldest first."""
    segment = await find_segment(uow, ref)
    versions = await repository.list_versions(uow.connection, [segment.segment_id], list(VersionStatus))
    return Answer([SegmentVersion.of(version) for version in versions])
