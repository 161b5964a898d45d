"""The value policy: the window, the tiers, and the times at which their boundaries are computed."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.config import JsonDict

from lealtad.events.catalog.shared_types import Slug
from lealtad.money import DecimalText
from lealtad.scalars import WholeNumber
from segmentation.domain.values import rule_error

RETRY = timedelta(hours=1)
"""Interval of the attempts while there are no boundaries: every full hour."""

Share = Annotated[DecimalText, Field(gt=0, le=1, examples=["0.80"])]


class TierRule(BaseModel):
    """A value tier: the fewest best customers who together bring at least `revenue_share` of the revenue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tier: Slug
    revenue_share: Share
    service_tier: Slug = Field(description="Service level that other services give to its customers")


EXAMPLE: JsonDict = {
    "window_days": 365,
    "min_customers": 50,
    "hour": 3,
    "tiers": [
        {"tier": "top", "revenue_share": "0.80", "service_tier": "premium"},
        {"tier": "standard", "revenue_share": "1", "service_tier": "standard"},
    ],
}


class ValuePolicy(BaseModel):
    """Policy of RFM scores and value tiers (the 80/20 principle), set by a manager."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    window_days: WholeNumber = Field(ge=30, le=730, description="Purchases and returns of the last days count")
    min_customers: WholeNumber = Field(ge=5, le=1_000_000, description="Fewer buyers give no quintiles")
    hour: WholeNumber = Field(ge=0, le=23, description="Hour of the day (UTC) at which boundaries are computed")
    tiers: list[TierRule] = Field(min_length=1, max_length=10, description="Best first")

    @field_validator("tiers")
    @classmethod
    def _cover_the_whole_base(cls, tiers: list[TierRule]) -> list[TierRule]:
        shares = [rule.revenue_share for rule in tiers]
        if any(later <= earlier for earlier, later in pairwise(shares)):
            raise rule_error("'revenue_share' of the tiers must grow from the best tier to the last")
        if shares[-1] != Decimal(1):
            raise rule_error("the last tier must have 'revenue_share' 1, so that every buyer has a tier")
        if len({rule.tier for rule in tiers}) < len(tiers):
            raise rule_error("each 'tier' may be named once")
        return tiers


def next_computation(policy: ValuePolicy, now: datetime, *, known: bool) -> datetime:
    """Return the next fixed time after `now`: daily at the policy's hour, hourly while no boundaries are known.

    Fixed times make the outcome independent of the order in which facts arrived before them.
    """
    if not known:
        return now.replace(minute=0, second=0, microsecond=0) + RETRY
    today = datetime.combine(now.date(), time(policy.hour), tzinfo=UTC)
    return today if today > now else today + timedelta(days=1)


def try_out(policy: ValuePolicy) -> None:
    """Schedule boundaries by `policy` once; its only other use is as bound values of SQL."""
    for known in (False, True):
        next_computation(policy, datetime(2012, 2, 29, policy.hour, tzinfo=UTC), known=known)
