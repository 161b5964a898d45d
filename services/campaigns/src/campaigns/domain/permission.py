"""Whether an action that was decided before may be carried out: the rules in force, asked when the contact is made."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from campaigns.domain.customer import Contact, ContactStatus, Customer
from campaigns.domain.findings import Finding
from campaigns.domain.offers import Offer
from campaigns.domain.rules import (
    CHANNEL_RULES,
    OFFER_RULES,
    Circumstances,
    leaves_no_slot,
    misses_audience,
    no_slot,
    outside_hours,
)
from lealtad.consents import changes_at
from lealtad.events.catalog.customer_profile import Channel

WITHDRAWN = Finding("offer-withdrawn", "the offer was withdrawn")


def violation(
    offer: Offer | None, channel: Channel, customer: Customer, at: Circumstances, held: Contact | None = None
) -> Finding | None:
    """Return the rule in force that forbids the contact, or None. `offer` is the one in force, if any.

    Every limit and every stop is asked. Whether the offer still fits the customer is not: the decision holds for its
    time. `held` is the slot that the contact would spend; without one the contact needs a free slot.
    """
    if offer is None:
        return WITHDRAWN
    if channel not in offer.terms.channels:
        return Finding("channel-withdrawn", f"the offer is no longer made on {channel}")
    for _, offer_rule in OFFER_RULES:
        if offer_rule is not misses_audience and (finding := offer_rule(offer, customer, at)):
            return finding
    for _, channel_rule in CHANNEL_RULES:
        if channel_rule is not leaves_no_slot and (finding := channel_rule(offer, channel, customer, at)):
            return finding
    return no_slot(offer, channel, _before(held, customer.contacts), at) or outside_hours(offer, channel, at)


def lost_slots(
    customer: Customer, offer_of: Callable[[UUID], Offer | None], at: Circumstances
) -> list[tuple[Contact, Finding]]:
    """Return the held slots that a rule forbids to spend as long as they are held, each with the rule.

    Old inputs forbid a contact for a moment and take no slot away. Of slots above a cap the youngest are lost.
    """
    trusting, lost = replace(at, stale=None), dict[Contact, Finding]()
    for slot in sorted(customer.held, key=_order):
        remaining = replace(customer, contacts=tuple(c for c in customer.contacts if c not in lost))
        asked = replace(trusting, contact_from=at.now) if slot.by_customer else trusting
        finding = violation(offer_of(slot.offer_id), slot.channel, remaining, asked, slot)
        if finding and not _lifts_before_expiry(finding, slot):
            lost[slot] = finding
    return list(lost.items())


def ends_by_time(offer: Offer, channel: Channel, customer: Customer, now: datetime) -> datetime | None:
    """Return when the offer or the consent that it rests on ends or changes by time after `now`, or None."""
    consent_ends = changes_at(customer.consents, offer.terms.purpose, channel, now)
    return min((end for end in (offer.terms.valid_until, consent_ends) if end and end > now), default=None)


def _lifts_before_expiry(finding: Finding, slot: Contact) -> bool:
    return finding.until is not None and slot.expires_at is not None and finding.until < slot.expires_at


def _before(held: Contact | None, contacts: Iterable[Contact]) -> list[Contact]:
    """Return the contacts that go before the held slot: those that took place, and slots that were reserved earlier."""
    return [
        contact
        for contact in contacts
        if held is None or contact.status is ContactStatus.CONFIRMED or _order(contact) < _order(held)
    ]


def _order(slot: Contact) -> tuple[datetime, UUID]:
    return slot.at, slot.contact_id
