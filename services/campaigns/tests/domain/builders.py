"""Builders of offers, customers and policies: each test names only what it is about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from campaigns.domain.arbitration import Outcome, decide
from campaigns.domain.circumstances import Circumstances
from campaigns.domain.customer import (
    Case,
    ContactStatus,
    Customer,
    PastResponse,
    Response,
    Score,
    Segments,
    Slot,
)
from campaigns.domain.mute import mute_of
from campaigns.domain.offers import Content, Offer, OfferTerms
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.quiet_hours import InitiatedBy, earliest_contact
from lealtad.consents import Consent
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel, Purpose
from lealtad.ids import new_id

SPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
NOON = datetime(2011, 3, 2, 12, tzinfo=UTC)
"""A Wednesday."""


def an_id(name: str) -> UUID:
    return uuid5(SPACE, name)


def offer_terms(**changes: Any) -> OfferTerms:
    plain: dict[str, Any] = {
        "kind": OfferKind.CROSS_SELL,
        "value": Decimal(20),
        "channels": [Channel.EMAIL],
        "contents": {"en": Content(title="A gift set", message="Three for two.")},
    }
    return OfferTerms.model_validate({**plain, **changes})


def an_offer(key: str = "gift-set", *, accepted: int = 0, version: int = 1, **terms: Any) -> Offer:
    return Offer(an_id(key), key, version, offer_terms(**terms), accepted)


PLAIN_POLICY: dict[str, Any] = {
    "promotions_stopped": False,
    "caps": [{"contacts": 2, "days": 7}, {"contacts": 4, "days": 30}],
    "offer_refusal_days": 60,
    "kind_refusal_days": 14,
    "refusal_days": 2,
    "complaint_cool_down_days": 7,
    "contact_hours": {"start": "09:00", "end": "20:00", "weekdays": [0, 1, 2, 3, 4, 5]},
    "time_zone": "UTC",
    "preferred_channel_weight": "1.2",
    "channels": {},
    "situations": [],
    "priors": {},
    "default_prior": {"mean": "0.05"},
    "exploration": "off",
    "hold_out_share": "0",
    "input_age_limit_s": 60,
    "action_validity_days": 7,
    "asked_validity_minutes": 60,
    "reservation_minutes": 60,
    "response_days": 30,
}


def a_policy(**changes: Any) -> ContactPolicy:
    return ContactPolicy.model_validate({**PLAIN_POLICY, **changes})


def consented(*channels: Channel, purpose: Purpose = Purpose.MARKETING) -> tuple[Consent, ...]:
    return tuple(Consent(purpose, channel, granted=True, given_at=NOON - timedelta(days=90)) for channel in channels)


def a_customer(name: str = "ana", **changes: Any) -> Customer:
    plain: dict[str, Any] = {
        "consents": (Consent(Purpose.MARKETING, None, granted=True, given_at=NOON - timedelta(days=90)),),
        "first_seen_at": NOON - timedelta(days=200),
    }
    return Customer(an_id(name), **{**plain, **changes})


def scored(band: str = "low", *, at_risk: str | None = None) -> Score:
    value = Decimal(at_risk) if at_risk else None
    return Score(Decimal("0.2"), band, value, "prior 1", NOON, sequence=1)


def in_segments(*keys: str, tier: str | None = None) -> Segments:
    return Segments(dict.fromkeys(keys, 1), tier, NOON, sequence=1)


def open_complaint() -> Case:
    return Case(mutes=True, open=True)


def resolved_complaint(*, days_ago: float) -> Case:
    return Case(mutes=True, open=False, resolved_at=NOON - timedelta(days=days_ago))


def a_contact(*, days_ago: float = 1, offer: str = "other", channel: Channel = Channel.EMAIL) -> Slot:
    return Slot(new_id(), an_id(offer), channel, ContactStatus.CONFIRMED, NOON - timedelta(days=days_ago))


def answered(offer: Offer, response: Response, *, days_ago: float = 0.5) -> PastResponse:
    promotional = offer.terms.contact_class == "promotional"
    return PastResponse(offer.offer_id, offer.terms.kind, promotional, response, NOON - timedelta(days=days_ago))


def decided(customer: Customer, *offers: Offer, policy: ContactPolicy | None = None, **asked: Any) -> Outcome:
    """Return the outcome at NOON, with fresh inputs unless `stale` is given."""
    policy = policy or a_policy()
    now = asked.pop("now", NOON)
    holds_until = now + timedelta(days=policy.action_validity_days)
    contact_from = earliest_contact(customer, policy, now, asked.pop("initiated_by", InitiatedBy.COMPANY))
    mute = mute_of(customer, policy, now)
    at = Circumstances(now, policy, holds_until, now, contact_from, mute, asked.pop("stale", None))
    return decide(customer, offers, asked.pop("tallies", {}), at, seed=asked.pop("seed", "s"), **asked)


def rules_of(decision: Outcome) -> set[str]:
    return {exclusion.violation.rule for exclusion in decision.ruled_out}
