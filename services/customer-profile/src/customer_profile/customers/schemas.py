"""Customers as callers send and see them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from customer_profile.consents.schemas import NewConsent
from customer_profile.customers import examples
from customer_profile.fields import (
    BirthDate,
    LocalHour,
    PlainText,
    Region,
)
from customer_profile.identities.schemas import Identities
from lealtad.codes import CountryCode, LanguageCode, Zone
from lealtad.distinct import EachOnce
from lealtad.events.catalog.customer_profile import Channel, CustomerStatus
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import CustomerRef, RequestBody, SlugText
from lealtad.http.parameters import FlagInAddress
from lealtad.scalars import WholeNumber


class ContactHours(RequestBody):
    """Local hours in which the customer wants to be contacted; channels keep them where they meet the company's."""

    start: LocalHour
    end: Annotated[LocalHour, Field(description="On the next day when it is not after `start`; equal: a whole day")]


class Preferences(RequestBody):
    """The channels and hours in which the customer prefers contacts."""

    channels: Annotated[list[Channel], Field(max_length=13, json_schema_extra={"uniqueItems": True}), EachOnce] = Field(
        default_factory=list, description="Most preferred first"
    )
    hours: ContactHours | None = None


class Profile(Identities):
    """All attributes of a customer that a caller may set; personal data stay in this service."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [examples.PROFILE]})

    given_name: PlainText | None = None
    family_name: PlainText | None = None
    organisation: PlainText | None = Field(default=None, description="Of a customer that is a company")
    birth_date: BirthDate | None = None
    region: Region | None = None
    stratum: WholeNumber | None = Field(default=None, ge=1, le=6, description="Socio-economic stratum, 1 the lowest")
    language: LanguageCode | None = None
    time_zone: Zone | None = None
    preferences: Preferences = Preferences()


class NewCustomer(Profile):
    """A new customer, with the consents of the registration."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_CUSTOMER]})

    consents: list[NewConsent] = Field(
        default_factory=list, max_length=50, description="Of the registration; at most one statement on each matter"
    )

    @property
    def profile(self) -> dict[str, Any]:
        """The profile alone, as JSON values."""
        return self.model_dump(mode="json", exclude={"consents"})

    @property
    def external_refs(self) -> list[CustomerRef]:
        """The references by which the external ids name the customer."""
        return [CustomerRef(source=each.source, external_id=each.external_id) for each in self.external_ids]


class NewDoNotContact(RequestBody):
    """The reason for not contacting the customer."""

    reason: SlugText = Field(examples=["customer-request"])


class DoNotContact(BaseModel):
    """The customer is not to be contacted at all."""

    reason: Slug
    since: datetime = Field(description="Business time")


class Customer(Profile):
    """A customer in the present state."""

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
    """Conditions that listed customers meet."""

    status: CustomerStatus | None = Field(default=None, description="Only customers in this status")
    provisional: FlagInAddress | None = Field(
        default=None, description="true: only those that a fact of an unknown external id made"
    )
    country: CountryCode | None = Field(default=None, description="Only of this country (ISO 3166-1 alpha-2)")
    region: Annotated[str, Field(max_length=80)] | None = Field(
        default=None, description="Only of this region, written as it was registered"
    )
