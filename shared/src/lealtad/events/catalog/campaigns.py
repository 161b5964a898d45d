"""Events of campaigns."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import Instant, Part, Slug
from lealtad.events.model import Causes, EventData
from lealtad.events.topics import OFFERS, OFFERS_CONTROL
from lealtad.money import DecimalText, Money


class OfferKind(StrEnum):
    """The purpose of an offer."""

    RETENTION = "retention"
    CROSS_SELL = "cross-sell"
    UP_SELL = "up-sell"
    BUNDLE = "bundle"
    REWARD = "reward"
    SERVICE_RECOVERY = "service-recovery"
    WIN_BACK = "win-back"
    INFORMATION = "information"
    FAREWELL = "farewell"


class OfferRef(Part):
    """An offer in the version of the decision."""

    offer_id: UUID
    key: Slug
    version: int = Field(ge=1)
    kind: OfferKind


class NextBestActionChanged(EventData, topic=OFFERS, event="next-best-action-changed"):
    """Another action, or none, is the best for a customer from now on; consumers keep the largest sequence."""

    customer_id: UUID
    decision_id: UUID
    offer: OfferRef | None = Field(description="None: no action is the best")
    channel: Channel | None = None
    contact_at: Instant | None = Field(default=None, description="Not before: contact hours; business time")
    case_id: UUID | None = Field(default=None, description="The case that an offer of service recovery makes up for")
    reason: Slug = Field(description="Why this action, or why none", examples=["highest-priority", "complaint-open"])
    muted: bool = Field(description="Promotions rest because of a complaint")
    priority: DecimalText | None = None
    decided_at: Instant = Field(description="Business time")
    causes: Causes


class OfferResponse(EventData):
    """The reaction of a customer to an offer."""

    customer_id: UUID
    decision_id: UUID
    response_id: UUID
    offer: OfferRef
    channel: Channel
    case_id: UUID | None = Field(default=None, description="The case that an offer of service recovery makes up for")
    occurred_at: Instant = Field(description="Business time")


class OfferPresented(OfferResponse, topic=OFFERS, event="offer-presented"):
    """The offer was presented to the customer."""

    reported: bool = Field(
        default=False, description="Reported afterwards: the contact had taken place, and no rule was checked"
    )
    rule: Slug | None = Field(default=None, description="The rule that forbade the contact when it took place")


class OfferAccepted(OfferResponse, topic=OFFERS, event="offer-accepted"):
    """The customer accepted the offer."""

    cost: Money | None = Field(default=None, description="What the offer costs the company; service recovery only")


class OfferRejected(OfferResponse, topic=OFFERS, event="offer-rejected"):
    """The customer rejected the offer."""

    reason: Slug | None = None


class ContactEvent(EventData):
    """An event of a slot in the customer's contact ledger."""

    customer_id: UUID
    contact_id: UUID
    decision_id: UUID
    offer: OfferRef
    channel: Channel
    occurred_at: Instant = Field(description="Business time")


class ContactReserved(ContactEvent, topic=OFFERS, event="contact-reserved"):
    """A channel will use the slot; it is free again when not confirmed in time."""

    expires_at: Instant
    contact_at: Instant | None = Field(default=None, description="Reserved for; business time. None: at once")


class ContactConfirmed(ContactEvent, topic=OFFERS, event="contact-confirmed"):
    """The contact took place."""

    rule: Slug | None = Field(
        default=None, description="The rule that forbade the contact when it took place; it was reported afterwards"
    )


class ContactReleased(ContactEvent, topic=OFFERS, event="contact-released"):
    """The slot is free again."""

    reason: Slug = Field(description="`expired`, `stopped`, or the reason of the channel that released it")
    rule: Slug | None = Field(
        default=None, description="The rule that stopped the contact", examples=["do-not-contact", "complaint-open"]
    )


class OfferDefinitionChanged(EventData, topic=OFFERS_CONTROL, event="offer-definition-changed"):
    """An offer was created, changed or withdrawn."""

    offer: OfferRef
    withdrawn: bool
    changed_at: Instant


class ContactPolicyChanged(EventData, topic=OFFERS_CONTROL, event="contact-policy-changed"):
    """A new version of the contact policy is in force."""

    version: int = Field(ge=1)
    promotions_stopped: bool
    changed_at: Instant
