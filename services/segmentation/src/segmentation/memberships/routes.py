"""Routes of memberships."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from lealtad.http import CustomerRefInPath, Page, PageWanted, Query, problems, reads
from segmentation.fields import SegmentPath, parse_segment_path
from segmentation.memberships import queries
from segmentation.memberships.schemas import CustomerSegments, Member

router = APIRouter(prefix="/v1", tags=["memberships"])
Reads = Annotated[Query, Depends(reads("segments:read"))]


@router.get("/segments/{segment}/members", response_model=Page[Member], responses=problems(404))
async def list_members(segment: SegmentPath, query: Reads, page: PageWanted) -> Response:
    """List the members of a segment.

    The announced members by ascending customer id, each with the time and the fact by which they entered.
    """
    return await query.run(lambda uow: queries.list_members(uow, parse_segment_path(segment), page))


@router.get("/customers/{ref}/segments", response_model=CustomerSegments, responses=problems(404))
async def read_customer_segments(ref: CustomerRefInPath, query: Reads) -> Response:
    """Read a customer's segments and value.

    The answer names the time of the last evaluation, and the reason where there is no tier.
    """
    return await query.run(lambda uow: queries.read_customer_segments(uow, ref))
