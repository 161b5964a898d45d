"""Requests and answers of the offer catalogue."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field, field_validator
from pydantic.config import JsonDict

from campaigns.domain.audience import Audience
from campaigns.domain.offers import OfferTerms
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import FieldWarnings, ResourceKey, SafeValueError, Timestamp

TERMS: JsonDict = {
    "kind": "reward",
    "value": "30.00",
    "cost": "1.00",
    "channels": ["email", "front-office"],
    "audience": {"segments_any": ["champions"], "segments_none": ["at-risk"]},
    "limits": {"per_customer": 1, "period_days": 90},
    "contents": {
        "en": {"title": "Spring, before anybody else", "message": "See the new collection a week early."},
        "es": {"title": "La primavera, antes que nadie", "message": "Vea la nueva colección una semana antes."},
    },
}


class OfferChanges(OfferTerms):
    """The changed terms of an offer, sent whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [TERMS]})

    valid_from: Timestamp | None = None
    valid_until: Timestamp | None = None

    @field_validator("audience")
    @classmethod
    def _require_possible_audience(cls, audience: Audience) -> Audience:
        if contradiction := audience.contradiction:
            raise SafeValueError(f"{contradiction}: nobody would ever be offered this")
        return audience


class NewOffer(OfferChanges):
    """A new offer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"key": "spring-preview", **TERMS}]})

    key: ResourceKey = Field(description="Permanent name, used in reports and events", examples=["free-shipping"])


class Offer(OfferTerms):
    """An offer in one version."""

    key: Slug
    offer_id: UUID
    version: int
    withdrawn: bool
    changed_at: datetime
    changed_by: str = Field(description="Subject of the token, or `shipped`")


class ChangedOffer(Offer):
    """An offer as a request left it, with warnings about its audience."""

    warnings: FieldWarnings
