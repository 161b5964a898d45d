"""The 360 view as callers see it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, create_model

from customer_profile.consents.schemas import ConsentInForce
from customer_profile.customers.schemas import Customer
from customer_profile.facts.kinds.registry import FactKinds
from customer_profile.facts.kinds.totals import Measure
from lealtad.events.catalog.campaigns import OfferRef
from lealtad.events.catalog.churn_scoring import ChurnKind, ModelRef, ScoreReason
from lealtad.events.catalog.complaints import CaseKind, CaseStatus, Severity
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.segmentation import Rfm, SegmentRef
from lealtad.events.catalog.shared_types import FactSource, Slug
from lealtad.money import DecimalText, Money, MoneySum

T = TypeVar("T")
AsOf = Annotated[datetime, Field(description="Business time of the newest fact behind it")]


class Part(StrEnum):
    """The parts of a view beside the customer itself and the parts of the kinds of facts."""

    CONSENTS = "consents"
    TOTALS = "totals"
    CASES = "cases"
    SEGMENTS = "segments"
    SCORE = "score"
    NEXT_BEST_ACTION = "next_best_action"
    RESPONSES = "responses"


ANNOUNCED = frozenset({Part.SEGMENTS, Part.SCORE, Part.NEXT_BEST_ACTION})
"""The parts that are one event of another service each."""


class Announced(BaseModel):
    """A part of the view from an event of another service."""

    as_of: AsOf
    event_id: UUID = Field(description="Of the announcement: follow it with `/v1/events/{id}/trace`")


class SegmentsPart(Announced):
    """Segments the customer is in, with value and service tier."""

    segments: list[SegmentRef]
    tier: Slug | None
    service_tier: Slug | None
    rfm: Rfm | None
    reason: Slug | None = Field(default=None, description="profiling-refused: segments of behaviour and tier were left")


class ScorePart(Announced):
    """The probability of churn within the horizon, or the reason for having none."""

    probability: DecimalText | None
    no_score_reason: Slug | None
    band: Slug | None
    kind: ChurnKind | None
    horizon_days: int
    value_at_risk: Money | None
    model: ModelRef | None
    reasons: list[ScoreReason]


class NextBestActionPart(Announced):
    """The action for the customer now; without an offer, the reason for none."""

    decision_id: UUID
    offer: OfferRef | None
    channel: Channel | None
    contact_at: datetime | None
    case_id: UUID | None = Field(default=None, description="The case that an offer of service recovery makes up for")
    reason: Slug
    muted: bool = Field(description="Promotions rest because of a complaint")


class Case(BaseModel):
    """A case of a complaint, petition or the like; its text stays in complaints."""

    case_id: UUID
    kind: CaseKind
    severity: Severity
    status: CaseStatus
    open: bool
    mutes: bool
    channel: Channel
    source: FactSource | None
    opened_at: datetime
    due_at: datetime | None
    paused_at: datetime | None = Field(
        default=None, description="Since when the case waits for the customer, and its service clock stands"
    )
    resolved_at: datetime | None
    as_of: AsOf


class Response(BaseModel):
    """The response of the customer to an offer."""

    event_id: UUID
    response: Slug = Field(examples=["accepted"])
    offer: OfferRef
    channel: Channel
    case_id: UUID | None = Field(default=None, description="The case that an offer of service recovery makes up for")
    occurred_at: datetime


class Totals(BaseModel):
    """The totals of a customer over all recorded facts."""

    net: MoneySum = Field(description="Purchased less returned")


class Recent(BaseModel, Generic[T]):
    """The newest items of a list; the list itself has its own address."""

    items: list[T]
    as_of: datetime | None = Field(description="Business time of the newest item; null: there is none")


class CustomerView(Customer):
    """The 360 view of a customer; a part is missing if the request leaves it out, and null before its first event."""

    consents: list[ConsentInForce] | None = Field(
        default=None, description="The newest statement of each purpose and channel"
    )
    totals: Totals | None = None
    cases: Recent[Case] | None = Field(default=None, description="Open cases first")
    segments: SegmentsPart | None = None
    score: ScorePart | None = None
    next_best_action: NextBestActionPart | None = None
    responses: Recent[Response] | None = None


MEASURED: dict[Measure, Any] = {Measure.COUNT: int, Measure.AMOUNT: MoneySum, Measure.TIME: datetime | None}


def all_parts(kinds: FactKinds) -> tuple[str, ...]:
    """Return the names of all parts of a view."""
    return (*Part, *kinds.parts)


def view_model(kinds: FactKinds) -> type[CustomerView]:
    """Return the model of a view with the totals and the parts of these kinds."""
    measured = {name: (MEASURED[total.measure], ...) for name, total in kinds.totals.items()}
    totals = create_model("Totals", __base__=Totals, __doc__=Totals.__doc__, **measured)  # type: ignore[call-overload]
    parts = {name: (Recent[part.item or kind.resource] | None, None) for name, (kind, part) in kinds.parts.items()}  # type: ignore[misc]
    return create_model(  # type: ignore[call-overload, no-any-return]
        "CustomerView", __base__=CustomerView, __doc__=CustomerView.__doc__, totals=(totals | None, None), **parts
    )
