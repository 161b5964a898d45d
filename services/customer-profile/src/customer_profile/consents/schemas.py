"""Consents as callers send and see them."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lealtad.events.catalog.customer_profile import Channel, Purpose
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import RequestBody, SafeValueError, SlugText, Timestamp
from lealtad.scalars import Flag


class NewConsent(RequestBody):
    """A consent of a customer to one purpose, or a refusal."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "purpose": "marketing",
                    "channel": "email",
                    "granted": True,
                    "given_at": "2011-02-20T10:00:00+01:00",
                    "expires_at": "2013-02-20T10:00:00+01:00",
                    "source": "web-form",
                }
            ]
        },
    )

    purpose: Purpose
    channel: Channel | None = Field(default=None, description="Null: all channels")
    granted: Flag
    given_at: Timestamp | None = Field(default=None, description="Time of the statement; default: now")
    expires_at: Timestamp | None = Field(default=None, description="Of a consent; a refusal does not expire")
    source: SlugText = Field(description="Place of the statement", examples=["web-form"])

    @model_validator(mode="after")
    def _a_refusal_does_not_expire(self) -> Self:
        if self.expires_at and not self.granted:
            raise SafeValueError("a refusal holds until the customer consents again: leave `expires_at` out")
        return self

    @model_validator(mode="after")
    def _expires_after_it_was_given(self) -> Self:
        if self.expires_at and self.given_at and self.expires_at <= self.given_at:
            raise SafeValueError("the consent expires before it was given")
        return self


class Consent(BaseModel):
    """One entry of the history of consents."""

    id: UUID
    purpose: Purpose
    channel: Channel | None
    granted: bool
    given_at: datetime
    expires_at: datetime | None
    source: Slug
    recorded_at: datetime
    in_force: bool = Field(description="This statement decides about its purpose and channel now")


class RecordedConsent(Consent):
    """A recorded consent."""

    customer_id: UUID
    event_id: UUID | None = Field(description="Of the announcement; null: an older statement that changed nothing")


class ConsentHistory(BaseModel):
    """The history of a customer's consents, newest first."""

    items: list[Consent]


class ConsentInForce(BaseModel):
    """The newest statement of the customer about one purpose and channel."""

    purpose: Purpose
    channel: Channel | None = Field(description="Null: all channels")
    granted: bool
    given_at: datetime
    expires_at: datetime | None
    allows: bool = Field(
        description="Whether the customer allows this purpose on this channel at the present business time: also a "
        "general refusal counts, and an expiry"
    )
