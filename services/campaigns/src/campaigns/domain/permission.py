"""The check of an earlier decision against the rules in force, when its contact is made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from campaigns.domain.circumstances import Circumstances
from campaigns.domain.customer import ContactStatus, Customer, Slot
from campaigns.domain.ledger import counts_against_caps
from campaigns.domain.offers import Offer
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.rules import (
    CHANNEL_RULES,
    OFFER_RULES,
    check_audience,
    check_caps,
    check_free_slot,
    check_hours,
)
from campaigns.domain.violation import Violation
from lealtad.consents import changes_at
from lealtad.events.catalog.customer_profile import Channel

WITHDRAWN = Violation("offer-withdrawn", "the offer was withdrawn")


@dataclass(frozen=True, slots=True)
class Permission:
    """A contact that no rule forbids, with the offer and policy in force and the customer."""

    offer: Offer
    customer: Customer
    policy: ContactPolicy

    def counts_on(self, channel: Channel) -> bool:
        """Return whether the contact spends a slot of the caps."""
        return counts_against_caps(self.offer.terms.contact_class, channel, self.policy)


def find_violation(
    offer: Offer | None, channel: Channel, customer: Customer, at: Circumstances, held_slot: Slot | None = None
) -> Violation | None:
    """Return the violation of a rule in force that forbids the contact, or None. `offer` is the one in force, if any.

    Check every limit and every stop. Do not check the audience again, because the decision is valid for its time.
    `held_slot` is the slot that the contact would spend. Without it the contact needs a free slot.
    """
    if offer is None:
        return WITHDRAWN
    if channel not in offer.terms.channels:
        return Violation("channel-withdrawn", f"the offer is no longer made on {channel}")
    for _, offer_rule in OFFER_RULES:
        if offer_rule is not check_audience and (violation := offer_rule(offer, customer, at)):
            return violation
    for _, channel_rule in CHANNEL_RULES:
        if channel_rule is not check_free_slot and (violation := channel_rule(offer, channel, customer, at)):
            return violation
    return check_caps(offer, channel, _earlier_slots(held_slot, customer.contacts), at) or check_hours(
        offer, channel, at
    )


def find_lost_slots(
    customer: Customer, offer_of: Callable[[UUID], Offer | None], at: Circumstances
) -> list[tuple[Slot, Violation]]:
    """Return the held slots that a rule forbids to spend until they expire, each with the violation.

    Old inputs forbid a contact for a moment and release no slot. Of slots above a cap the youngest are lost.
    """
    trusting, lost = replace(at, stale=None), dict[Slot, Violation]()
    for slot in sorted(customer.held_slots, key=_slot_order):
        remaining = replace(customer, contacts=tuple(c for c in customer.contacts if c not in lost))
        is_there = slot.by_customer and slot.at <= at.now + at.policy.clock_tolerance
        asked = replace(trusting, contact_from=at.now) if is_there else trusting
        violation = find_violation(offer_of(slot.offer_id), slot.channel, remaining, asked, slot)
        if violation and not _lifts_before_expiry(violation, slot):
            lost[slot] = violation
    return list(lost.items())


def find_next_end(offer: Offer, channel: Channel, customer: Customer, now: datetime) -> datetime | None:
    """Return the first moment after `now` at which the offer or its consent ends or changes by time, or None."""
    consent_ends = changes_at(customer.consents, offer.terms.purpose, channel, now)
    return min((end for end in (offer.terms.valid_until, consent_ends) if end and end > now), default=None)


def _lifts_before_expiry(violation: Violation, slot: Slot) -> bool:
    return violation.until is not None and slot.expires_at is not None and violation.until < slot.expires_at


def _earlier_slots(held_slot: Slot | None, contacts: Iterable[Slot]) -> list[Slot]:
    """Return the contacts with precedence over the held slot: confirmed ones and slots that were reserved earlier."""
    return [
        contact
        for contact in contacts
        if held_slot is None
        or contact.status is ContactStatus.CONFIRMED
        or _slot_order(contact) < _slot_order(held_slot)
    ]


def _slot_order(slot: Slot) -> tuple[datetime, UUID]:
    return slot.at, slot.contact_id
