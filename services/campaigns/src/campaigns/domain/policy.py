"""The contact policy: all settings of contacts and arbitration for managers, as one versioned document.

The default policy is data: `campaigns/policy/defaults.json`. The first migration holds a frozen copy.
"""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from campaigns.domain.audience import Audience
from campaigns.fields import Amount, Days, LocalHour, Ratio, Weekdays, Weight
from lealtad.codes import Zone
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import Slug
from lealtad.instants import CLOCK_TOLERANCE_S
from lealtad.scalars import Flag, WholeNumber


class Exploration(StrEnum):
    """The way in which propensities enter the priority."""

    THOMPSON = "thompson"
    """Propensities are drawn from their posterior, so that uncertain offers get their chance."""
    OFF = "off"
    """Propensities are their posterior mean, so that the outcome is the same every time."""


class Cap(BaseModel):
    """The maximum of promotional contacts in a number of days, over all channels together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contacts: WholeNumber = Field(ge=0, le=100)
    days: WholeNumber = Field(ge=1, le=365)

    @property
    def window(self) -> timedelta:
        """The time for which a contact counts."""
        return timedelta(days=self.days)


class Hours(BaseModel):
    """Local hours in which customers may be contacted, together with the hours that the customer asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: LocalHour = "09:00"
    end: LocalHour = Field(
        default="20:00", description="On the next day when it is not after `start`; equal to `start`: a whole day"
    )
    weekdays: Weekdays = Field(
        default=frozenset({0, 1, 2, 3, 4, 5}), description="On which the hours begin; Monday is 0"
    )


class ChannelPolicy(BaseModel):
    """The cost of a contact on a channel, and the rules that apply there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cost: Amount = Field(default=Decimal(0), description="Of one contact")
    reach: Weight = Field(default=Decimal(1), description="Factor on the prior propensity: how well it sells")
    counts: Flag = Field(default=True, description="Promotional contacts spend a slot of the caps")
    quiet_hours: Flag = Field(
        default=True, description="Contacts keep contact hours; false where the customer comes to us"
    )


class Prior(BaseModel):
    """The belief about acceptance before any response: a Beta distribution by mean and weight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: Ratio = Field(ge=Decimal("0.001"), le=Decimal("0.95"))
    responses: Ratio = Field(default=Decimal(20), ge=1, le=100_000, description="Weight, as a number of responses")


class Situation(BaseModel):
    """A situation in which some kinds of offer have more or less weight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Slug
    audience: Audience
    weights: dict[OfferKind, Weight] = Field(min_length=1, max_length=20)


class ContactPolicy(BaseModel):
    """One version of the policy. Every setting is required, so that a change never resets an omitted setting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    promotions_stopped: Flag = Field(description="The one switch that stops all promotions")
    caps: list[Cap] = Field(max_length=10)
    offer_refusal_days: Days = Field(description="Rest of an offer after its refusal")
    kind_refusal_days: Days = Field(description="Rest of offers of the same kind after a refusal")
    refusal_days: Days = Field(description="Rest of all promotions after a refusal: it ends the pitch")
    complaint_cool_down_days: Days = Field(description="Promotions rest on after a resolution")
    contact_hours: Hours
    time_zone: Zone = Field(description="IANA zone of customers whose zone is unknown")
    preferred_channel_weight: Weight
    channels: dict[Channel, ChannelPolicy] = Field(max_length=20, description="Others cost nothing and have reach 1")
    situations: list[Situation] = Field(max_length=50)
    priors: dict[OfferKind, Prior] = Field(max_length=20)
    default_prior: Prior
    exploration: Exploration
    hold_out_share: Ratio = Field(ge=0, le=Decimal("0.5"), description="Customers who never get promotions")
    input_age_limit_s: WholeNumber = Field(ge=5, le=86_400, description="Older cases or customers rule promotions out")
    action_validity_days: WholeNumber = Field(ge=1, le=90, description="Days for which a next-best action is valid")
    asked_validity_minutes: WholeNumber = Field(
        ge=1, le=1440, description="Minutes for which a requested decision is valid"
    )
    reservation_minutes: WholeNumber = Field(ge=1, le=2880, description="Minutes for which a reserved slot is held")
    response_days: WholeNumber = Field(ge=1, le=365, description="Days after presenting in which an answer is accepted")
    clock_tolerance_s: WholeNumber = Field(
        default=CLOCK_TOLERANCE_S,
        ge=0,
        le=86_400,
        description="How far clocks of channels may run ahead or behind. What was presented longer ago is a report of "
        "a contact that took place: no rule refuses it",
    )

    @field_validator("situations")
    @classmethod
    def _distinct(cls, situations: list[Situation]) -> list[Situation]:
        names = [situation.name for situation in situations]
        if len(set(names)) != len(names):
            raise PydanticCustomError("repeated-situation", "give each situation a name of its own")
        return situations

    @property
    def clock_tolerance(self) -> timedelta:
        """The difference of clocks; also the age up to which a contact is checked against the rules."""
        return timedelta(seconds=self.clock_tolerance_s)

    def channel(self, channel: Channel) -> ChannelPolicy:
        """Return the settings of `channel`."""
        return self.channels.get(channel, DEFAULT_CHANNEL)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of customers whose own zone is unknown."""
        return ZoneInfo(self.time_zone)


DEFAULT_CHANNEL = ChannelPolicy()
