"""Answer models of the value policy and its boundaries."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from lealtad.policies import PolicyStamp
from segmentation.domain.value_policy import ValuePolicy


class ValuePolicyVersion(ValuePolicy, PolicyStamp):
    """A version of the value policy."""


class ValueTier(BaseModel):
    """A value tier with the least amount of its customers."""

    tier: str
    service_tier: str
    from_amount: Decimal | None = Field(description="Least net amount; null: everybody else who bought")


class ValueBoundaries(BaseModel):
    """Boundaries of quintiles and tiers: a score is 1 plus the number of boundaries exceeded (recency: 5 minus it)."""

    version: int
    policy_version: int
    computed_at: datetime = Field(description="Business time")
    window_days: int
    buyers: int = Field(description="Customers with a purchase in the window, from whom they were computed")
    recency_days: list[int]
    frequency: list[int]
    monetary: list[Decimal]
    tiers: list[ValueTier]
