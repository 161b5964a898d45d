"""Offers, as managers describe them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from campaigns.domain.audience import Audience
from campaigns.fields import Amount, Ratio, StorableText
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel, Purpose
from lealtad.events.catalog.shared_types import Instant, Slug
from lealtad.scalars import WholeNumber

Language = Literal["es", "en"]


class ContactClass(StrEnum):
    """The degree to which a contact depends on the customer's permission."""

    MANDATORY = "mandatory"
    """Law or contract require it: no consent, cap, mute or contact hour stops it."""
    TRANSACTIONAL = "transactional"
    """It serves a request of the customer: allowed in contact hours unless refused, never capped or muted."""
    PROMOTIONAL = "promotional"
    """It sells: it needs consent and obeys caps, contact hours, mutes and the hold-out."""


class Objection(BaseModel):
    """An objection of a customer, and the agent's answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    objection: StorableText = Field(min_length=1, max_length=300)
    answer: StorableText = Field(min_length=1, max_length=600)


class Content(BaseModel):
    """The texts of the offer in one language, for the customer and for the agent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: StorableText = Field(min_length=1, max_length=120)
    message: StorableText = Field(min_length=1, max_length=2000)
    script: StorableText = Field(default="", max_length=2000, description="What the agent says")
    objections: list[Objection] = Field(default_factory=list, max_length=10)
    procedure: StorableText = Field(default="", max_length=2000, description="What the agent does when it is accepted")


class Limits(BaseModel):
    """Limits on the number of presentations and acceptances of an offer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_customer: WholeNumber = Field(default=1, ge=1, le=100, description="Presentations to one customer in a period")
    period_days: WholeNumber = Field(default=30, ge=1, le=730)
    total: WholeNumber | None = Field(
        default=None, ge=1, le=1_000_000_000, description="Acceptances over all customers"
    )


class OfferTerms(BaseModel):
    """The terms of an offer. A version of the terms is immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: OfferKind
    contact_class: ContactClass = ContactClass.PROMOTIONAL
    purpose: Purpose = Field(default=Purpose.MARKETING, description="The consent it rests on")
    value: Amount = Field(description="What an acceptance is worth to us, before its cost")
    value_at_risk_share: Ratio = Field(
        default=Decimal(0), ge=0, le=1, description="Share of the customer's value at risk that it saves on top"
    )
    cost: Amount = Field(default=Decimal(0), description="What an acceptance costs us")
    lever: Ratio = Field(
        default=Decimal(1), ge=Decimal("0.01"), le=100, description="The manager's own factor on the priority"
    )
    limits: Limits = Limits()
    valid_from: Instant | None = None
    valid_until: Instant | None = None
    channels: list[Channel] = Field(min_length=1, max_length=13)
    audience: Audience = Audience()
    contents: dict[Language, Content] = Field(min_length=1, max_length=10)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.channels)) != len(self.channels):
            raise PydanticCustomError("repeated-channel", "name each channel once")
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise PydanticCustomError("empty-validity", "valid_from must be before valid_until")
        return self

    def content(self, language: str | None) -> Content:
        """Return the content in `language`, else in English, else in the first stored language."""
        contents = [content for name, content in self.contents.items() if name == language]
        return contents[0] if contents else self.contents.get("en", next(iter(self.contents.values())))


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer in one version, with the number of acceptances so far."""

    offer_id: UUID
    key: Slug
    version: int
    terms: OfferTerms
    accepted: int = 0
