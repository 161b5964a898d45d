"""Events of segmentation."""

from uuid import UUID

from pydantic import Field

from lealtad.events.catalog.shared_types import Instant, Part, Slug
from lealtad.events.model import Causes, EventData
from lealtad.events.topics import SEGMENTS, SEGMENTS_CONTROL

SHIPPED_SEGMENTS = (
    "new-customers",
    "active-90d",
    "loyal",
    "champions",
    "high-value",
    "big-basket",
    "one-time-buyers",
    "lapsing",
    "lapsed",
    "at-risk",
    "high-value-at-risk",
    "open-complaint",
    "frequent-returners",
    "payment-trouble",
    "dissatisfied",
    "offer-weary",
    "contract-customers",
)
"""Keys of the segments that exist from the start, so that no event announced them."""
SHIPPED_TIERS = ("platinum", "gold", "silver", "bronze")
"""Value tiers until a value policy is announced, the best first."""
SHIPPED_SERVICE_TIERS = ("premium", "preferred", "standard")
"""Service tiers until a value policy is announced, the best first."""


class SegmentRef(Part):
    """A segment in the version that was evaluated."""

    segment_id: UUID
    key: Slug
    version: int = Field(ge=1)


class Rfm(Part):
    """Recency, frequency and monetary quintiles, 5 the best (Hughes 1994)."""

    recency: int = Field(ge=1, le=5)
    frequency: int = Field(ge=1, le=5)
    monetary: int = Field(ge=1, le=5)


class MembershipsChanged(EventData, topic=SEGMENTS, event="memberships-changed"):
    """The changes of one evaluation, and the whole state after it; consumers keep the largest sequence."""

    customer_id: UUID
    entered: list[SegmentRef] = Field(default_factory=list)
    left: list[SegmentRef] = Field(default_factory=list)
    segments: list[SegmentRef] = Field(description="All segments the customer is in now")
    behavioural: list[Slug] = Field(
        default_factory=list,
        description="Keys of those `segments` whose rule looks at behaviour: not for a customer who may not be "
        "profiled, also before this service has withdrawn them",
    )
    tier: Slug | None = Field(default=None, description="Value tier")
    previous_tier: Slug | None = None
    service_tier: Slug | None = Field(default=None, description="Service level that other services obey")
    rfm: Rfm | None = None
    reason: Slug | None = Field(
        default=None,
        description="Set where no rule led to it: profiling-refused, segments of behaviour and the tier were left",
    )
    as_of: Instant = Field(description="Business time")
    causes: Causes


class DefinitionChanged(EventData, topic=SEGMENTS_CONTROL, event="definition-changed"):
    """A segment was created, got a new version that is now in force, or was archived."""

    segment: SegmentRef
    archived: bool
    changed_at: Instant


class ValuePolicyChanged(EventData, topic=SEGMENTS_CONTROL, event="value-policy-changed"):
    """Another version of the value policy is in force; consumers keep the largest version."""

    version: int = Field(ge=1)
    tiers: list[Slug] = Field(max_length=10, description="All value tiers, the best first")
    service_tiers: list[Slug] = Field(max_length=10, description="Service level of each of the tiers, in their order")
    changed_at: Instant
