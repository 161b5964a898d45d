"""Events of customer-profile: the state of customers and the facts about them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lealtad.events.catalog.shared_types import FactSource, Instant, Part, Slug
from lealtad.events.model import EventData
from lealtad.events.topics import ACTIVITY, CUSTOMERS
from lealtad.money import DecimalText, Money


class CustomerStatus(StrEnum):
    """The status of a customer record."""

    ACTIVE = "active"
    MERGED = "merged"
    ERASED = "erased"


class Purpose(StrEnum):
    """The purpose of a consent."""

    MARKETING = "marketing"
    PROFILING = "profiling"
    SURVEYS = "surveys"
    SERVICE = "service"


class Channel(StrEnum):
    """A channel between company and customer."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PUSH = "push"
    CALL_CENTRE = "call-centre"
    FRONT_OFFICE = "front-office"
    IN_APP = "in-app"
    WEB = "web"
    POST = "post"
    SOCIAL = "social"
    ACCOUNT_EXECUTIVE = "account-executive"
    TECHNICAL_SUPPORT = "technical-support"
    FIELD = "field"


class ExternalId(Part):
    """The customer's id in a source system."""

    source: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    external_id: Annotated[
        str, Field(min_length=1, max_length=200, description="The source's own key; intake refuses personal data")
    ]


class CustomerKey(ExternalId):
    """The external id that named the customer of a fact."""


class ConsentState(Part):
    """The newest statement of the customer about one purpose on one channel."""

    purpose: Purpose
    channel: Channel | None = Field(description="None: all channels")
    granted: bool
    given_at: Instant
    expires_at: Instant | None = None


class ContactHours(Part):
    """Local hours in which the customer wants to be contacted."""

    start: Annotated[str, Field(pattern=r"^\d{2}:\d{2}$")]
    end: Annotated[
        str,
        Field(
            pattern=r"^\d{2}:\d{2}$",
            description="On the next day when it is not after `start`; equal: a whole day",
        ),
    ]


class CustomerState(EventData):
    """The whole shareable state of a customer: no name, no contact point, no free text."""

    status: CustomerStatus
    provisional: bool = Field(description="Known by an external id only")
    merged_into: UUID | None = None
    erased_at: Instant | None = None
    external_ids: list[ExternalId] = Field(max_length=100)
    birth_year: int | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = Field(default=None, description="ISO 3166-1")
    region: str | None = Field(default=None, max_length=80)
    stratum: int | None = Field(default=None, ge=1, le=6)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$", description="ISO 639-1")
    time_zone: str | None = Field(default=None, description="IANA name")
    do_not_contact: bool = False
    consents: list[ConsentState] = Field(default_factory=list, max_length=100)
    profiling_allowed: bool = Field(
        default=True,
        description="Whether churn scores, segments of behaviour, value tiers and learned propensities may be made of "
        "the customer; false: readers withdraw them",
    )
    preferred_channels: list[Channel] = Field(default_factory=list, max_length=13)
    contact_hours: ContactHours | None = None
    registered_at: Instant = Field(description="Business time")
    changed: list[str] = Field(description="Names of the parts that changed")


class CustomerRegistered(CustomerState, topic=CUSTOMERS, event="customer-registered"):
    """A customer was registered."""


class CustomerUpdated(CustomerState, topic=CUSTOMERS, event="customer-updated"):
    """Attributes of a customer changed."""


class CustomerConsentChanged(CustomerState, topic=CUSTOMERS, event="customer-consent-changed"):
    """Consents, do-not-contact, or whether the customer may be profiled changed."""


class Fact(EventData):
    """The common fields of facts about a customer; the event's id is the fact's id."""

    customer_id: UUID
    source: FactSource
    occurred_at: Instant = Field(description="Business time")
    recorded_at: Instant = Field(description="System time")
    channel: Channel | None = None
    named_as: CustomerKey | None = Field(
        default=None, description="External id that named the customer; None: the fact came with the customer's id"
    )


class PurchaseLine(Part):
    """One position of an invoice."""

    sku: Annotated[str, Field(min_length=1, max_length=80, description="Article; intake refuses personal data")]
    product_line: Slug | None = None
    quantity: DecimalText
    unit_price: DecimalText = Field(description="In the currency of the total")


class PurchaseRecorded(Fact, topic=ACTIVITY, event="purchase-recorded"):
    """A purchase, with the lines of its invoice."""

    lines: list[PurchaseLine] = Field(min_length=1, max_length=500)
    total: Money


class Unmatched(StrEnum):
    """Why a return belongs to no recorded purchase."""

    NO_PURCHASE_NAMED = "no-purchase-named"
    AWAITS_PURCHASE = "awaits-purchase"
    EXCEEDS_PURCHASE = "exceeds-purchase"


class PurchaseReturned(Fact, topic=ACTIVITY, event="purchase-returned"):
    """Goods came back, or an invoice was cancelled; quantities and total are positive."""

    purchase_id: UUID | None = Field(default=None, description="The purchase, where known")
    named_purchase: FactSource | None = Field(
        default=None, description="The purchase as the return names it, where it was not known"
    )
    unmatched: Unmatched | None = Field(
        default=None,
        description="Why there is no purchase: none was named; the named one is not recorded for this customer yet; or "
        "more came back than it has left",
    )
    lines: list[PurchaseLine] = Field(max_length=500)
    total: Money
    total_fixed: bool = Field(
        default=True, description="False: computed from the lines, and a `purchase-return-updated` may correct it"
    )
    reason: Slug | None = None


class PurchaseReturnUpdated(EventData, topic=ACTIVITY, event="purchase-return-updated"):
    """A recorded return met its purchase, or another return changed its refund; readers add the difference."""

    customer_id: UUID
    return_id: UUID = Field(description="The fact, and the event by which it was recorded")
    purchase_id: UUID | None = Field(description="The purchase; None: the return does not fit to the one that it names")
    unmatched: Unmatched | None = None
    occurred_at: Instant = Field(description="Business time of the return")
    lines: list[PurchaseLine] = Field(max_length=500, description="Of the return; they do not change")
    total: Money = Field(description="The refund from now on")
    previous_total: Money = Field(description="The refund that the events before this one add up to")


class PaymentRecorded(Fact, topic=ACTIVITY, event="payment-recorded"):
    """A payment arrived."""

    amount: Money
    purchase_id: UUID | None = None
    method: Slug | None = None


class PaymentFailed(Fact, topic=ACTIVITY, event="payment-failed"):
    """A payment was due and did not arrive."""

    amount: Money
    purchase_id: UUID | None = None
    reason: Slug | None = None


class Phase(StrEnum):
    """Phase of the life cycle that a touchpoint belongs to."""

    PRIOR_EXPERIENCE = "prior-experience"
    PRODUCT_DEVELOPMENT = "product-development"
    PRESALE = "presale"
    SALE = "sale"
    USE = "use"
    BILLING = "billing"
    POST_SALE = "post-sale"
    WITHDRAWAL = "withdrawal"


class Sentiment(StrEnum):
    """The customer's sentiment about a touchpoint."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class TouchpointRecorded(Fact, topic=ACTIVITY, event="touchpoint-recorded"):
    """Company and customer met: a moment of truth."""

    kind: Slug
    phase: Phase
    sentiment: Sentiment | None = None
    aspect: Slug | None = None


class StatedTerms(Part):
    """The terms that one step of a contract states; None: the step leaves the term as it is."""

    product_line: Slug | None = None
    monthly_amount: Money | None = None
    ends_at: Instant | None = None
    open_ended: bool = Field(default=False, description="The step takes the end away")


class NoEffectReason(Part):
    """Why a step has no effect."""

    code: Slug
    text: str


class ContractFact(Fact):
    """The common fields of contract events: the contract with all its steps that were known at the event."""

    contract_id: UUID
    product_line: Slug
    monthly_amount: Money
    starts_at: Instant
    ends_at: Instant | None = Field(
        default=None, description="Agreed or effective end; not after `starts_at`: the contract never ran"
    )
    version: int = Field(
        default=0,
        ge=0,
        description="Grows with each event of the contract: the largest holds the present state, also after a late "
        "step. 0: an event from before versions, ordered by `occurred_at` and id",
    )
    changed_at: Instant | None = Field(
        default=None, description="Business time of the newest step in this state; None: `occurred_at`"
    )
    cancelled_at: Instant | None = Field(default=None, description="Business time of the cancellation in force")
    in_effect: bool = Field(default=True, description="Whether this step has an effect on this state")
    no_effect_reason: NoEffectReason | None = Field(default=None, description="Why not; None: it has an effect")
    stated: StatedTerms | None = Field(
        default=None, description="What this step itself states; None: an event from before versions"
    )


class ContractStarted(ContractFact, topic=ACTIVITY, event="contract-started"):
    """A contract was signed."""


class ContractChanged(ContractFact, topic=ACTIVITY, event="contract-changed"):
    """Price, product or end of a contract changed."""


class ContractCancelled(ContractFact, topic=ACTIVITY, event="contract-cancelled"):
    """The customer or the company cancelled; `stated.ends_at` is when it takes effect."""

    reason: Slug | None = None


class ContractCancellationRevoked(ContractFact, topic=ACTIVITY, event="contract-cancellation-revoked"):
    """The cancellation was taken back: the customer stays."""

    reason: Slug | None = None
