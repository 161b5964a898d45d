"""HTTP of segment definitions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi import Query as Parameter

from lealtad.http import Command, Page, PageWanted, Query, problems, reads, writes
from lealtad.http.parameters import FlagInAddress
from segmentation.definitions import commands
from segmentation.definitions.preview.queries import read_preview
from segmentation.definitions.preview.schemas import Preview, PreviewRequest
from segmentation.definitions.queries import segments as queries
from segmentation.definitions.schemas import ChangedSegment, NewSegment, Segment, SegmentChanges, SegmentVersion
from segmentation.fields import SegmentPath, parse_segment_path

router = APIRouter(prefix="/v1/segments", tags=["segments"])
Reads = Annotated[Query, Depends(reads("segments:read"))]
Creates = Annotated[Command, Depends(writes("segments:write"))]
Changes = Annotated[Command, Depends(writes("segments:write", if_match="required"))]


@router.post("", status_code=201, response_model=ChangedSegment, responses=problems(409))
async def create_segment(body: NewSegment, command: Creates) -> Response:
    """Create a segment.

    Its first version is in preparation while the base is evaluated under it; then it is active, and its members
    are announced. A value tier or churn band that does not exist is refused. `warnings` lists what no customer can
    match as things are now, such as a product line that nobody bought.
    """
    return await command.run(lambda uow: commands.create_segment(uow, body))


@router.get("", response_model=Page[Segment])
async def list_segments(
    query: Reads,
    page: PageWanted,
    archived: Annotated[FlagInAddress, Parameter(description="Show the archived segments instead")] = False,
    sizes: Annotated[FlagInAddress, Parameter(description="Count the members of each")] = False,
) -> Response:
    """List segments by key."""
    return await query.run(lambda uow: queries.list_segments(uow, page, archived=archived, sizes=sizes))


@router.post("/preview", response_model=Preview)
async def preview_rule(body: PreviewRequest, query: Reads) -> Response:
    """Preview a rule.

    Nothing is stored. The rule is evaluated like the rule of a segment, for the whole base while it is small, else for
    a random sample. `warnings` lists what no customer can match, as for a new segment.
    """
    return await query.run(lambda uow: read_preview(uow, body))


@router.get("/{segment}", response_model=Segment, responses=problems(404))
async def read_segment(segment: SegmentPath, query: Reads) -> Response:
    """Read a segment by id or key.

    `ETag` is its latest version.
    """
    return await query.run(lambda uow: queries.read_segment(uow, parse_segment_path(segment)))


@router.get("/{segment}/versions", response_model=list[SegmentVersion], responses=problems(404))
async def read_versions(segment: SegmentPath, query: Reads) -> Response:
    """Read all versions of a segment.

    Oldest first; versions never change and are never deleted.
    """
    return await query.run(lambda uow: queries.list_versions(uow, parse_segment_path(segment)))


@router.patch("/{segment}", response_model=ChangedSegment, responses=problems(404, 409, 410, 412, 428))
async def change_segment(segment: SegmentPath, body: SegmentChanges, command: Changes) -> Response:
    """Give a segment a new version.

    The version in force stays until the base was evaluated under the new one. Then only customers whose membership
    changes are announced. Send the `ETag` of the version you read as `If-Match`. `warnings` are
    those of a new segment.
    """
    ref = parse_segment_path(segment)
    return await command.run(lambda uow: commands.change_segment(uow, ref, body, command.if_match))


@router.post("/{segment}/archive", response_model=Segment, responses=problems(404, 410, 412, 428))
async def archive_segment(segment: SegmentPath, command: Changes) -> Response:
    """Archive a segment.

    Its members are announced as having left. Its versions stay readable, its key stays taken. Needs `If-Match`.
    """
    ref = parse_segment_path(segment)
    return await command.run(lambda uow: commands.archive_segment(uow, ref, command.if_match))
