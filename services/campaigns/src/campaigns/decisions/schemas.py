"""Requests and answers of decisions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from campaigns.domain.customer import Response as CustomerResponse
from campaigns.domain.decision_record import Origin
from campaigns.domain.offers import ContactClass, Content, OfferTerms
from campaigns.domain.quiet_hours import InitiatedBy
from campaigns.domain.rules import Stage
from campaigns.fields import Reported
from lealtad.db import Row
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import Slug
from lealtad.events.cause import Lane
from lealtad.events.model import Causes
from lealtad.http import CustomerRefText, RequestBody


class NewDecision(RequestBody):
    """The request of a channel for a decision about a customer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"customer": "shop:17850", "channel": "call-centre", "initiated_by": "customer"}]
        }
    )

    customer: CustomerRefText
    channel: Channel | None = Field(default=None, description="Only actions on this channel")
    initiated_by: InitiatedBy = Field(
        default=InitiatedBy.COMPANY,
        description="customer: the customer called or came in, and contact hours do not apply to a contact at once; "
        "company: the channel wants to contact them",
    )


class OfferVersion(BaseModel):
    """The version of an offer in a decision."""

    offer_id: UUID
    key: Slug
    version: int
    kind: OfferKind


class ChosenAction(BaseModel):
    """The chosen action: offer, channel, time and texts."""

    offer: OfferVersion
    contact_class: ContactClass
    channel: Channel
    contact_at: datetime = Field(
        description="Earliest moment of the contact as of `decided_at`: in contact hours, if the channel keeps them"
    )
    case_id: UUID | None = Field(description="The case that an offer of service recovery makes up for")
    priority: float
    probability: float = Field(description="Probability of choosing this action under the exploration in force")
    content: Content = Field(description="In the customer's language, for the customer and for the agent")


class Belief(BaseModel):
    """A Beta distribution of the probability of acceptance."""

    alpha: float
    beta: float


class RankedAction(BaseModel):
    """An action that violates no rule: priority = propensity x context x value x lever."""

    offer: OfferVersion
    channel: Channel
    priority: float
    propensity: float
    belief: Belief
    context: float
    value: float
    lever: float
    situations: list[Slug] = Field(description="Situations in `context`")


class RuledOutAction(BaseModel):
    """An offer that is ruled out on some channels, with the first rule that it violates."""

    offer: OfferVersion
    channels: list[Channel]
    stage: Stage
    rule: Slug
    detail: str
    until: datetime | None = Field(description="Moment at which time alone lifts the rule")


class GivenResponse(BaseModel):
    """A response to the chosen action."""

    response: CustomerResponse
    occurred_at: datetime
    reason: Slug | None
    reported: Reported
    rule: Slug | None = Field(description="The rule that forbade the contact when it took place")


class Decision(BaseModel):
    """A decision with all ranked and all excluded actions."""

    decision_id: UUID
    customer_id: UUID
    origin: Origin
    initiated_by: InitiatedBy = Field(
        description="customer: the customer called or came in, and contact hours do not apply"
    )
    lane: Lane = Field(description="backfill: only loaded history led to it, and no contact is made for it")
    standing: bool = Field(description="The decision is the customer's current next-best action")
    decided_at: datetime
    valid_until: datetime | None
    action: ChosenAction | None = Field(description="None: no action is possible, for `reason`")
    reason: Slug
    muted: bool
    mute: Slug | None = Field(description="Why promotions rest", examples=["complaint-open", "complaint-cool-down"])
    ranked: list[RankedAction]
    ruled_out: list[RuledOutAction]
    causes: Causes = Field(description="Root facts that this decision newly included")
    held_out: bool = Field(description="The customer belongs to the universal hold-out")
    policy_version: int
    seed: UUID = Field(description="The decision at which propensities were drawn")
    responses: list[GivenResponse] = Field(description="To the action, in their order")
    inputs: dict[str, Any] = Field(description="Score, segments, whether the customer may be profiled, ages of inputs")

    @classmethod
    def of(cls, row: Row) -> "Decision":
        """Return the decision in a stored row."""
        plain = {name: value for name, value in row.items() if name in cls.model_fields}
        return cls(
            **plain | {"causes": Causes(ids=row.causes, count=row.cause_count)},
            standing=bool(row.is_current),
            responses=row.given_responses or [],
            muted=row.mute is not None,
            action=_action(row) if row.offer_id else None,
        )


def _action(row: Row) -> ChosenAction:
    terms = OfferTerms.model_validate(row.terms)
    return ChosenAction(
        offer=OfferVersion(
            offer_id=row.offer_id, key=row.offer_key, version=row.offer_version, kind=OfferKind(row.offer_kind)
        ),
        contact_class=row.contact_class,
        channel=row.channel,
        contact_at=row.contact_at,
        case_id=row.case_id,
        priority=row.priority,
        probability=row.probability,
        content=terms.content(row.language),
    )
