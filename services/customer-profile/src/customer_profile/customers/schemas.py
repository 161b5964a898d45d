"""Customers as callers send and see them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
)

from customer_profile.consents.schemas import NewConsent
from customer_profile.fields import BirthDate, Country, Language, LocalHour, PlainText, TimeZone, without_repeats
from customer_profile.identities.schemas import Identities
from lealtad.events.catalog.customer_profile import Channel, CustomerStatus
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import RequestBody
from lealtad.http.keys import travelling_key

EXAMPLE: dict[str, JsonValue] = {
    "external_ids": [{"source": "web-shop", "external_id": "17850"}],
    "given_name": "Lucía",
    "family_name": "Ibáñez",
    "emails": ["lucia@example.com"],
    "country": "CO",
    "phones": ["300 123 4567"],
    "birth_date": "1984-05-06",
    "region": "Antioquia",
    "stratum": 3,
    "language": "es",
    "time_zone": "America/Bogota",
    "preferences": {"channels": ["whatsapp", "email"], "hours": {"start": "09:00", "end": "18:30"}},
}

CONSENT: dict[str, JsonValue] = {"purpose": "marketing", "channel": "email", "granted": True, "source": "web-form"}


class ContactHours(RequestBody):
    """Local hours in which the customer wants to be contacted; channels keep them where they meet the company's."""

    start: LocalHour
    end: Annotated[LocalHour, Field(description="On the next day when it is not after `start`; equal: a whole day")]


class Preferences(RequestBody):
    """How the customer wants to be contacted."""

    channels: Annotated[list[Channel], Field(max_length=13), AfterValidator(without_repeats)] = Field(
        default_factory=list, description="Most preferred first"
    )
    hours: ContactHours | None = None


class Profile(Identities):
    """All that a caller may say about a customer; personal data stay in this service."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [EXAMPLE]})

    given_name: PlainText | None = None
    family_name: PlainText | None = None
    organisation: PlainText | None = Field(default=None, description="Of a customer that is a company")
    birth_date: BirthDate | None = None
    region: Annotated[PlainText, Field(max_length=80), AfterValidator(travelling_key)] | None = None
    stratum: int | None = Field(default=None, ge=1, le=6, description="Socio-economic stratum, 1 the lowest")
    language: Language | None = None
    time_zone: TimeZone | None = None
    preferences: Preferences = Preferences()


class NewCustomer(Profile):
    """A new customer, with what the customer allows from the beginning."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"consents": [CONSENT]}]})

    consents: list[NewConsent] = Field(
        default_factory=list, max_length=50, description="Said when registering; at most one word on each matter"
    )

    @property
    def profile(self) -> dict[str, Any]:
        """The profile alone, as JSON values."""
        return self.model_dump(mode="json", exclude={"consents"})


class DoNotContact(BaseModel):
    """The customer is not to be contacted at all."""

    reason: Slug
    since: datetime = Field(description="Business time")


class Customer(Profile):
    """A customer as it stands."""

    id: UUID
    version: int = Field(description="Also the ETag")
    status: CustomerStatus
    provisional: bool = Field(description="Known by an external id only")
    merged_into: UUID | None
    erased_at: datetime | None
    do_not_contact: DoNotContact | None
    profiling_allowed: bool = Field(
        description="Whether scores, segments of behaviour, value tiers and learned propensities are made of the "
        "customer: consents to `profiling`, by the `profiling_basis` of the intake policy"
    )
    registered_at: datetime = Field(description="Business time")
    updated_at: datetime = Field(description="Business time")


class ChangedCustomer(Customer):
    """A customer after a change."""

    event_id: UUID | None = Field(description="Of the announcement; null: nothing that is shared changed")


class CustomerFilters(BaseModel):
    """What a listed customer must be."""

    status: CustomerStatus | None = Field(default=None, description="Only customers in this status")
    provisional: bool | None = Field(
        default=None, description="true: only those that a fact of an unknown external id made"
    )
    country: Country | None = Field(default=None, description="Only of this country (ISO 3166-1 alpha-2)")
    region: Annotated[str, Field(max_length=80)] | None = Field(
        default=None, description="Only of this region, written as it was registered"
    )
