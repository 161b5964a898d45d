"""Reads segments."""

from uuid import UUID

from lealtad.http import Answer, Page, PageQuery, not_found
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.preparation import repository as preparations
from segmentation.definitions.repository import segments as repository
from segmentation.definitions.schemas import SegmentOut, Version
from segmentation.domain.segments import Segment, VersionStatus


async def named(uow: UnitOfWork, ref: UUID | str) -> Segment:
    """Return the segment with this id or key; 404 where there is none."""
    segment = await repository.find(uow.connection, ref)
    if segment is None:
        raise not_found("segment", ref)
    return segment


async def read(uow: UnitOfWork, ref: UUID | str) -> Answer:
    """Show one segment."""
    return await answer(uow, await named(uow, ref))


async def answer(uow: UnitOfWork, segment: Segment, status: int = 200) -> Answer:
    """Show a segment, with its number of members."""
    connection, segment_id = uow.connection, segment.segment_id
    versions = await repository.versions(connection, [segment_id])
    evaluated = await preparations.evaluated(connection, [segment_id])
    members = await repository.sizes(connection, [segment_id])
    body = SegmentOut.of(segment, versions, evaluated.get(segment_id), members.get(segment_id, 0))
    return Answer(body, status=status, etag=segment.latest_version)


async def read_page(uow: UnitOfWork, query: PageQuery, *, archived: bool, sizes: bool) -> Page[SegmentOut]:
    """Show segments by key; their number of members only where `sizes` asks for it."""
    connection = uow.connection
    after = query.after(str)
    segments = await repository.page(connection, after[0] if after else None, query.limit, archived=archived)
    ids = [segment.segment_id for segment in segments]
    versions = await repository.versions(connection, ids)
    evaluated = await preparations.evaluated(connection, ids)
    members = await repository.sizes(connection, ids) if sizes else {}
    return Page.of(
        segments,
        query.limit,
        cursor_of=lambda segment: (segment.key,),
        item_of=lambda segment: SegmentOut.of(
            segment,
            [version for version in versions if version.segment_id == segment.segment_id],
            evaluated.get(segment.segment_id),
            members.get(segment.segment_id, 0) if sizes else None,
        ),
    )


async def read_versions(uow: UnitOfWork, ref: UUID | str) -> Answer:
    """Show all versions of a segment, oldest first."""
    segment = await named(uow, ref)
    stored = await repository.versions(uow.connection, [segment.segment_id], list(VersionStatus))
    return Answer([Version.of(version) for version in stored])
