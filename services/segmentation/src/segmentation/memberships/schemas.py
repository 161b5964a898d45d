"""Answer models of memberships."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, Field

from lealtad.events.catalog.segmentation import Rfm


class Member(BaseModel):
    """A customer in a segment."""

    customer_id: UUID
    version: int = Field(description="Version of the segment by which the customer entered")
    since: datetime = Field(description="Business time")
    cause_id: UUID = Field(description="Root fact, or due action, that led to it")
    event_id: UUID = Field(description="The event that announced it; trace it for the whole way")


class Membership(BaseModel):
    """Membership of a customer in a segment."""

    segment_id: UUID
    key: str
    version: int
    since: datetime
    cause_id: UUID
    event_id: UUID


class CustomerValue(BaseModel):
    """Value of a customer by a version of the boundaries."""

    tier: str | None
    service_tier: str | None
    rfm: Rfm | None
    unknown_reason: str | None = Field(
        description="Why there is no tier: `no-boundaries-yet` (too few buyers so far), `no-purchase-in-window`, or "
        "`profiling-refused`: the customer may not be profiled"
    )
    percentile: int | None = Field(description="Percent of buyers whose net amount the customer reaches")
    net_amount: Decimal = Field(description="Purchases less returns within the policy's window")
    purchases: int = Field(description="Within the policy's window")
    last_purchase: date | None
    boundaries_version: int | None


class CustomerSegments(BaseModel):
    """Segments and value of a customer."""

    customer_id: UUID
    as_of: datetime | None = Field(description="Business time of the last evaluation; null: none yet")
    next_evaluation_at: datetime | None = Field(
        description="When time alone may change something; null: only a fact can"
    )
    segments: list[Membership]
    value: CustomerValue
