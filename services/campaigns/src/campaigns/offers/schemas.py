"""Offers as callers see and change them."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from campaigns.domain.offers import OfferTerms
from lealtad.events.catalog.shared_types import Slug


class OfferIn(OfferTerms):
    """A new offer."""

    key: Slug = Field(description="Its name for ever, as in reports and events", examples=["free-shipping"])


class OfferOut(OfferIn):
    """An offer in one version."""

    offer_id: UUID
    version: int
    withdrawn: bool
    changed_at: datetime
    changed_by: str = Field(description="Subject of the token, or `shipped`")
