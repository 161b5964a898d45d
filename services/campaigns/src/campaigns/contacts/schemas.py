"""Requests and answers of contacts."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from campaigns.domain.customer import ContactStatus
from campaigns.domain.offers import ContactClass
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import RequestBody, SlugText, Timestamp
from lealtad.scalars import Identifier


class ContactReservation(RequestBody):
    """The reservation of a contact with the action of a decision."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision_id": "01890a5d-ac96-774b-bcce-b302099a8057"}]})

    decision_id: Identifier
    contact_at: Timestamp | None = Field(
        default=None,
        description="When the channel will contact the customer, in business time; absent: now. "
        "A time that is past by no more than the policy's `clock_tolerance_s` is now. "
        "The slot is held for the policy's `reservation_minutes` after it",
    )


class ContactRelease(RequestBody):
    """The release of a contact that will not take place."""

    reason: SlugText = Field(examples=["unreachable"])


class Contact(BaseModel):
    """A slot of the ledger."""

    model_config = ConfigDict(from_attributes=True)

    contact_id: UUID
    customer_id: UUID
    decision_id: Identifier
    offer_key: Slug
    offer_version: int
    offer_kind: OfferKind
    contact_class: ContactClass
    channel: Channel
    counts: bool = Field(description="The contact counts against the caps")
    status: ContactStatus
    at: datetime = Field(description="Moment that the slot is reserved for; once confirmed, moment of the contact")
    expires_at: datetime | None = Field(description="A reservation that is not confirmed is released then")
    release_reason: Slug | None = Field(description="`expired`, `stopped`, or the reason that the channel gave")
    rule: Slug | None = Field(
        description="Released: the rule that stopped the contact. Confirmed: the rule that forbade a contact that was "
        "reported afterwards",
        examples=["do-not-contact"],
    )
