"""Readings of the whole base: sizes of segments, and customers by churn band."""

from collections import Counter

from lealtad_demo.client import CHURN, SEGMENTATION, Apis

NO_SCORE = "without a score"


async def segment_sizes(apis: Apis) -> dict[str, int]:
    """Return the number of members by segment, the largest first; empty segments are left out."""
    sizes = {
        segment["key"]: segment["members"]
        async for segment in apis.items(SEGMENTATION, "/v1/segments", sizes="true")
        if segment["members"]
    }
    return dict(sorted(sizes.items(), key=lambda size: -size[1]))


async def churn_bands(apis: Apis, customers: int) -> dict[str, int]:
    """Return the number of customers per churn band, the highest risk first, and without a band."""
    bands = Counter([score["band"] async for score in apis.items(CHURN, "/v1/churn-scores") if score["band"]])
    return {**bands, NO_SCORE: customers - bands.total()}
