"""The trial of a policy or offer on sample customers whom every rule concerns.

An error in the trial would be an error in every decision.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from campaigns.domain.arbitration import decide
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
from campaigns.domain.offers import ContactClass, Content, Offer, OfferTerms
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.priority import LARGEST
from campaigns.domain.quiet_hours import InitiatedBy, earliest_contact
from lealtad.consents import Consent
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel, Purpose

NOW = datetime(2012, 2, 29, 12, tzinfo=UTC)
NOBODY = UUID(int=0)
NOT_PROMOTIONAL = ((OfferKind.INFORMATION, ContactClass.TRANSACTIONAL), (OfferKind.FAREWELL, ContactClass.MANDATORY))
"""Kinds of offer that are not promotional."""


def try_out(policy: ContactPolicy, offered: Sequence[OfferTerms] | None = None) -> None:
    """Compute decisions about sample customers under `policy`, with `offered` or with offers of every kind.

    Raise any error that a decision would raise.
    """
    terms = (
        offered
        if offered is not None
        else [*map(_terms, OfferKind), *(_terms(kind, of) for kind, of in NOT_PROMOTIONAL)]
    )
    offers = [Offer(NOBODY, f"offer-{number}", 1, term) for number, term in enumerate(terms)]
    holds_until = NOW + timedelta(days=policy.action_validity_days)
    for customer in _customers(policy, [term.kind for term in terms]):
        contact_from = earliest_contact(customer, policy, NOW, InitiatedBy.COMPANY)
        at = Circumstances(NOW, policy, holds_until, NOW, contact_from, mute_of(customer, policy, NOW))
        decide(customer, offers, {}, at, seed="trial")


def _terms(kind: OfferKind, contact: ContactClass = ContactClass.PROMOTIONAL) -> OfferTerms:
    content = Content(title="A sample", message="Never shown.")
    return OfferTerms(kind=kind, contact_class=contact, value=LARGEST, channels=list(Channel), contents={"en": content})


def _customers(policy: ContactPolicy, kinds: Sequence[OfferKind]) -> list[Customer]:
    """Return customers with little data, and one that meets the conditions of all situations."""
    wanted = [situation.audience for situation in policy.situations]
    segments = frozenset[str]().union(*(audience.segments_any | audience.segments_all for audience in wanted))
    known = Customer(
        customer_id=NOBODY,
        time_zone="Pacific/Apia",
        contact_hours=("21:00", "06:00"),
        preferred_channels=frozenset(Channel),
        consents=tuple(Consent(purpose, None, granted=True, given_at=NOW - timedelta(days=9)) for purpose in Purpose),
        score=Score(
            Decimal("0.5"), _first_name([audience.churn_bands for audience in wanted]), LARGEST, "sample", NOW, 1
        ),
        memberships=Segments(dict.fromkeys(segments, 1), _first_name([audience.tiers for audience in wanted]), NOW, 1),
        cases=(Case(mutes=True, open=False, resolved_at=NOW - timedelta(days=1)),),
        first_seen_at=NOW - timedelta(days=400),
        contract_ended_at=NOW - timedelta(days=1),
        contacts=(_spent_contact(),),
        responses=tuple(PastResponse(NOBODY, kind, True, Response.REJECTED, NOW - timedelta(days=1)) for kind in kinds),
    )
    return [Customer(customer_id=NOBODY, known=False), Customer(customer_id=NOBODY, consents=known.consents), known]


def _first_name(choices: Sequence[frozenset[str]]) -> str | None:
    return min(frozenset[str]().union(*choices), default=None)


def _spent_contact() -> Slot:
    return Slot(NOBODY, NOBODY, Channel.EMAIL, ContactStatus.CONFIRMED, NOW - timedelta(days=1))
