"""Routes of memberships."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from lealtad.http import CustomerRefInPath, Page, PageWanted, Query, problems, reads
from segmentation.fields import SegmentPath, segment_ref
from segmentation.memberships import queries as reading
from segmentation.memberships.schemas import CustomerSegments, Member

router = APIRouter(prefix="/v1", tags=["memberships"])
Reads = Annotated[Query, Depends(reads("segments:read"))]


@router.get("/segments/{segment}/members", response_model=Page[Member], responses=problems(404))
async def list_members(segment: SegmentPath, query: Reads, page: PageWanted) -> Response:
    """List the members of a segment.

    By ascending customer id; those that were announced, each with the time and the fact by which it entered.
    """
    return await query.run(lambda uow: reading.read_members(uow, segment_ref(segment), page))


@router.get("/customers/{ref}/segments", response_model=CustomerSegments, responses=problems(404))
async def read_customer_segments(ref: CustomerRefInPath, query: Reads) -> Response:
    """Read a customer's segments and value.

    Says as of when; where there is no tier, it says why.
    """
    return await query.run(lambda uow: reading.read_customer(uow, ref))
